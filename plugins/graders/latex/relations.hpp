#pragma once

#include <string>
#include <vector>

#include "meaning.hpp"

namespace espalier::latex {

/// One side of a relation.
struct Side {
  Meaning meaning;
  bool name = false;  ///< may name what is equal to it: a letter, f(x), a word, a tuple of letters
  std::string spelling;
};

/// What sides joined by operators say, operators[k] standing before sides[k + 1].
///
///     x = 5, A = \pi r^2 = 4\pi, 5 = x  a value under a name;      3 + 4 = 7    the value 7
///     x \in S                           the set S
///     2 < x \le 3, x > 2                the interval (2, 3], (2, oo)
///     y = 2x + 3, x + y = 1             an equation: the difference of its sides, with leading coefficient 1
///
/// Operators are "=", "<", ">", "le", "ge", "ne", "in".
Meaning related(std::vector<Side> sides, const std::vector<std::string>& operators, const Conventions& conventions,
                Meter& meter);

/// An interval, a tuple, or with ":" for brackets a ratio: "(1, 2]", "3:4"; infinite ends are open.
Meaning ordered(std::string brackets, std::vector<Meaning> parts);

}  // namespace espalier::latex
