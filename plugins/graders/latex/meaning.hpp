#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exact.hpp"
#include "limits.hpp"
#include "node.hpp"

namespace espalier::latex {

using answers::kPercent;
using answers::Percent;

/// Whether "5 cm" equals "5" (and "5 m"), or units count.
enum class Units { ignore, compare };

struct Conventions {
  Percent percent = Percent::either;
  Units units = Units::ignore;
};

/// What an answer says.
struct Meaning {
  enum class Form {
    scalar,     ///< a number or an expression: `formula`
    numeral,    ///< digits with a base, which is part of the answer
    text,       ///< words, names, dates, anything that is no formula
    ordered,    ///< tuple, interval, vector, ratio, matrix: `label` has the brackets, ":" or the shape
    unordered,  ///< set, list of answers, the two values of plus-minus
    choice_of,  ///< union of sets
    relation,   ///< equation or inequality that is not a value under a name; parts[0], if any: what it says a name is
  };
  Form form = Form::text;
  std::string canonical;  ///< answers whose equality is decided exactly are equal when these are
  std::string label;
  std::string name;  ///< x in x = 5
  std::vector<Meaning> parts;

  Node formula;         ///< of a scalar, in units of one
  bool exact = false;   ///< scalar whose canonical form is a normal form: unequal forms are unequal values
  int power = 0;        ///< of ten, by which a sign or word behind a scalar multiplied it: "%", "million"
  int places = 0;       ///< decimal places of a scalar written as a decimal
  int significant = 0;  ///< its digits from the first that is not 0
  std::string unit;
};

/// Reads an answer: LaTeX, plain text or a mixture. Nothing when it is empty, longer than kLongestAnswer, or its
/// brackets do not match. What is no formula is a text. Never throws.
std::optional<Meaning> read(std::string_view source, const Conventions& conventions);

}  // namespace espalier::latex
