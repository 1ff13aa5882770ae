#pragma once

#include <espalier/kit/answers/rational.hpp>
#include <string>
#include <utility>
#include <vector>

namespace espalier::latex {

using answers::Integer;
using answers::Rational;

enum class Op {
  number,   ///< `number`
  symbol,   ///< `name`: a variable, or one of the constants pi, e, i, infty; the signs pm and mp stand for +1 or -1
  sum,      ///< of all parts
  product,  ///< of all parts
  power,    ///< parts[0] ^ parts[1]
  root,     ///< parts[1]-th root of parts[0]; real for odd roots of negative numbers
  call,     ///< function `name` of the parts: sin, ln, log (of parts[0] to base parts[1]), !, abs, floor, ceil, binom
};

/// A formula with one value. Trees are as deep as the parser allows (kDeepest) and no deeper.
struct Node {
  Op op = Op::number;
  Rational number;
  std::string name;
  std::vector<Node> parts;

  static Node of(Rational value) { return {Op::number, std::move(value), {}, {}}; }
  static Node of(std::string symbol) { return {Op::symbol, {}, std::move(symbol), {}}; }
  static Node of(Op op, std::vector<Node> parts) { return {op, {}, {}, std::move(parts)}; }
  static Node call(std::string function, std::vector<Node> parts) {
    return {Op::call, {}, std::move(function), std::move(parts)};
  }
  static Node negative(Node node) {
    if (node.op == Op::number) return of(Rational(-node.number));
    return of(Op::product, {of(Rational(-1)), std::move(node)});
  }
  static Node quotient(Node top, Node bottom) {
    return of(Op::product, {std::move(top), of(Op::power, {std::move(bottom), of(Rational(-1))})});
  }

  bool is_number(const Rational& value) const { return op == Op::number && number == value; }
  bool is_symbol(std::string_view spelling) const { return op == Op::symbol && name == spelling; }
};

/// Spells a formula as it is built, for one that has no other canonical form.
std::string spelled(const Node& node);

}  // namespace espalier::latex
