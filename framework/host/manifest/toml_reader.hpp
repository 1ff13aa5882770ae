#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "host/manifest/diagnostics.hpp"
#include "host/manifest/node.hpp"

namespace espalier::host {

/// The most tables and arrays of a manifest that lie in one another.
inline constexpr std::size_t kMostDepth = 64;
/// The most keys of one table.
inline constexpr std::size_t kMostKeys = 10'000;

/// Parses a TOML document whose tables keep the order of the file; inline tables may span lines. `name` stands in
/// positions. Dates become strings, and what is nested too deeply or has too many keys becomes empty, with an
/// error in `diagnostics`. Throws ManifestError at the first syntax error.
Node read_toml(std::string_view text, const std::string& name, Diagnostics& diagnostics);

}  // namespace espalier::host
