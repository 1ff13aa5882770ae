#pragma once

#include <string_view>

namespace espalier::cli {

/// The text of a file of framework/cli/templates without its ending ".in"; compiled into the program. "" when there is
/// none.
std::string_view plugin_template(std::string_view name);

}  // namespace espalier::cli
