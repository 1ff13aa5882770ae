#pragma once

#include <string>
#include <string_view>

#include "latex/equality.hpp"
#include "latex/exact.hpp"
#include "latex/formula.hpp"
#include "latex/meaning.hpp"
#include "latex/tokens.hpp"

namespace espalier::testing {

inline latex::Node formula_of(std::string_view text) { return latex::formula(latex::tokens(text)); }

/// A formula as it was parsed, fully bracketed.
inline std::string tree(std::string_view text) {
  try {
    return spelled(formula_of(text));
  } catch (const latex::Unreadable& error) {
    return std::string("unreadable: ") + error.what();
  }
}

/// The normal form of a formula.
inline std::string normal(std::string_view text) {
  try {
    latex::Meter meter;
    return spelled(latex::exact(formula_of(text), meter));
  } catch (const latex::Inexact& error) {
    return std::string("inexact: ") + error.what();
  }
}

/// The canonical form of an answer.
inline std::string canonical(std::string_view text, const latex::Conventions& conventions = {}) {
  const auto meaning = latex::read(text, conventions);
  return meaning ? meaning->canonical : "none";
}

inline latex::Comparison compared(std::string_view answer, std::string_view gold,
                                  const latex::Leniency& leniency = {}) {
  const auto one = latex::read(answer, leniency.conventions);
  const auto other = latex::read(gold, leniency.conventions);
  if (!one || !other) return {false, "unreadable"};
  return latex::compare(*one, *other, leniency);
}

/// Whether an answer equals a gold one; both ways round must give the same.
inline bool same(std::string_view answer, std::string_view gold, const latex::Leniency& leniency = {}) {
  const bool equal = compared(answer, gold, leniency).equal;
  return equal && compared(gold, answer, leniency).equal;
}

/// Whether an answer differs from a gold one, both ways round.
inline bool differ(std::string_view answer, std::string_view gold, const latex::Leniency& leniency = {}) {
  return !compared(answer, gold, leniency).equal && !compared(gold, answer, leniency).equal;
}

}  // namespace espalier::testing
