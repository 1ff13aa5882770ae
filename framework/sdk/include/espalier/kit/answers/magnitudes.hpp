#pragma once

#include <espalier/kit/answers/number_scanner.hpp>
#include <espalier/kit/answers/rational.hpp>
#include <optional>

namespace espalier::answers {

/// What a number says without its sign.
struct Magnitude {
  Rational value;
  bool whole = false;  ///< digits only: may be the top of a fraction, or the whole part of a mixed number
  bool comma = false;  ///< decimals behind a comma
};

/// Reads a number without sign or currency where the scanner stands: see next_number. Nothing, and an undefined
/// position, where there is none or it is beyond the guards.
std::optional<Magnitude> magnitude(Scanner& scan);

/// The power of ten of a percent sign, or of a word such as "million"; 0, without moving, where there is none. "3k" is
/// a thousand each, and an amount of money may be "$3M" or "$3B".
int power_behind(Scanner& scan, bool currency);

}  // namespace espalier::answers
