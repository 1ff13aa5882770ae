#pragma once

#include <span>

#include "meaning.hpp"
#include "tokens.hpp"

namespace espalier::latex {

/// A scalar with its canonical form: the normal form where it is complete, else values at sample points, else its
/// spelling. Throws nothing; a formula that is too large for any of these is spelled.
Meaning scalar(Node formula, Meter& meter);

/// A text in lower case, with blanks squeezed, commands and outer punctuation left out.
Meaning text(std::span<const Token> tokens);

/// A value with what may surround it: currency, unit, percent sign or "million", ordinal suffix, base. Throws
/// Unreadable when it is none.
Meaning quantity(std::span<const Token> tokens, const Conventions& conventions, Meter& meter);

/// The formula with its signs "pm" replaced by `sign` and "mp" by its opposite.
Node with_sign(const Node& formula, int sign);
bool has_sign(const Node& formula);

}  // namespace espalier::latex
