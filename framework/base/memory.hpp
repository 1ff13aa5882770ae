#pragma once

#include <filesystem>
#include <optional>

namespace espalier::base {

/// Bytes of memory that this process could still have without the machine swapping and without being killed for it:
/// what Linux says is available, or what is left of the limits of its control groups (versions 1 and 2) and all above
/// them, whichever is less. Nothing where Linux does not say. `root`: where /proc and the mounted groups are looked
/// for.
std::optional<double> available_memory(const std::filesystem::path& root = "/");

}  // namespace espalier::base
