#pragma once

#include <span>

#include "node.hpp"
#include "tokens.hpp"

namespace espalier::latex {

/// Reads a formula with one value from all of the tokens; throws Unreadable when they are none.
///
///     sum     := ["+" | "-" | "\pm"] product {("+" | "-" | "\pm" | "\mp") product}
///     product := power {["\cdot" | "\times" | "*" | "/" | "\div"] power}
///     power   := primary {"^" argument | "!" | "%" | "^\circ"}
///     primary := number | mixed number | repeating decimal | letter ["_" argument] | constant | function argument
///              | "\frac" argument argument | "\sqrt" ["[" sum "]"] argument | "\binom" argument argument
///              | "(" sum ")" | "[" sum "]" | "{" sum "}" | "|" sum "|" | "\lfloor" sum "\rfloor" | "\lceil" sum
///              "\rceil"
///
/// A function without brackets takes the factors up to the next sum, operator or function: \sin 2x is sin(2x).
/// "/" binds like multiplication, from left to right. \frac takes single digits (\frac12), "^" and \sqrt whole numbers.
Node formula(std::span<const Token> tokens);

}  // namespace espalier::latex
