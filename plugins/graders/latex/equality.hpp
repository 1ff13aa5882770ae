#pragma once

#include <string>

#include "meaning.hpp"

namespace espalier::latex {

/// How far an answer may be from the gold one.
struct Leniency {
  Conventions conventions;
  /// Largest difference that counts as equal, relative to the gold number.
  Rational tolerance = 0;
  /// Digits from which on a decimal may stand for a number that it is rounded or cut off from; 0: never.
  int rounding = 6;
};

struct Comparison {
  bool equal = false;
  std::string reason;  ///< one sentence
};

/// Decides whether an answer says what the gold one says. Never throws.
Comparison compare(const Meaning& answer, const Meaning& gold, const Leniency& leniency);

}  // namespace espalier::latex
