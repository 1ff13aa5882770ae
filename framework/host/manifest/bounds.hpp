#pragma once

#include <espalier/param_source.hpp>
#include <string>

namespace espalier::host {

/// "in [1, 100000]", "at least 0" or "at most 1": a limit that nobody can reach is not shown.
std::string bounds_text(const Bounds& bounds);
bool within(const Bounds& bounds, double value);

}  // namespace espalier::host
