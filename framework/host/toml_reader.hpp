#pragma once

#include <string>
#include <string_view>

#include "host/diagnostics.hpp"
#include "host/node.hpp"

namespace espalier::host {

/// Parses a TOML document whose tables keep the order of the file; inline tables may span lines. `name` stands in
/// positions. Dates become strings, with an error in `diagnostics`. Throws ManifestError at the first syntax error.
Node read_toml(std::string_view text, const std::string& name, Diagnostics& diagnostics);

}  // namespace espalier::host
