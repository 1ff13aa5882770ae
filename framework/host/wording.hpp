#pragma once

#include <string>
#include <string_view>

#include "host/manifest/node.hpp"

namespace espalier::host {

/// "value model" for "value_models"; "stage" for what is no kind of plugin.
std::string singular(std::string_view kind);
/// "a value model", "an agent".
std::string one(std::string_view kind);
/// "must be an integer, got a string".
std::string wrong_type(std::string_view wanted, const Node& got);

}  // namespace espalier::host
