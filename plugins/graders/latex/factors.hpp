#pragma once

#include <utility>
#include <vector>

#include "node.hpp"

namespace espalier::latex {

/// The prime factors of a positive integer with their exponents. Throws Inexact when a factor beyond the reach of
/// trial division is not a prime.
std::vector<std::pair<Integer, int>> prime_factors(Integer value);

}  // namespace espalier::latex
