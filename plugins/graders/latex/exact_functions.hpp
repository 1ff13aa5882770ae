#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "exact.hpp"

namespace espalier::latex {

/// The value of a function where it has a normal form: factorials and binomials of integers, absolute values, floors
/// and ceilings of rational numbers, logarithms that are rational, trigonometric functions of multiples of pi/12 and
/// their inverses. Any other is an opaque factor.
Exact exact_call(std::string_view function, const std::vector<Exact>& arguments, Meter& meter);

/// Cosine and sine of a multiple of pi/12; nothing for another angle.
std::optional<std::pair<Exact, Exact>> exact_turn(const Exact& angle, Meter& meter);

}  // namespace espalier::latex
