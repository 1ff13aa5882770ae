#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace espalier::base {

/// A figure of one control group, whose files are in `folder`; nothing where the group has none.
using GroupFigure = std::optional<double> (*)(const std::filesystem::path& folder);

/// The least figure of this process's control groups that have `controller` ("cpu", "memory"), of versions 1 and 2, and
/// of all groups above them, as far as they are mounted. `root`: where /proc and the mounted groups are looked for.
std::optional<double> least_in_groups(const std::filesystem::path& root, std::string_view controller,
                                      GroupFigure figure);

}  // namespace espalier::base
