#include "formula.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "cursor.hpp"
#include "limits.hpp"
#include "numeral.hpp"
#include "vocabulary.hpp"

namespace espalier::latex {
namespace {

class Parser : Cursor {
 public:
  using Cursor::Cursor;

  Node all() {
    Node node = sum();
    if (!ended()) throw Unreadable("something follows the formula");
    return node;
  }

 private:
  /// Counts how deep the parser stands; also bounds the depth of the tree.
  class Depth {
   public:
    explicit Depth(int& level) : level_(level) {
      if (++level > kDeepest) throw Unreadable("nested too deeply");
    }
    ~Depth() { --level_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

   private:
    int& level_;
  };

  /// +1, -1 or one of the signs that stand for both; nothing where no sign stands.
  std::optional<Node> sign() {
    if (skip_symbol('+')) {
      if (skip_symbol('/') && skip_symbol('-')) return Node::of("pm");
      return Node::of(Rational(1));
    }
    if (skip_symbol('-')) return Node::of(Rational(-1));
    if (skip_command("pm")) return Node::of("pm");
    if (skip_command("mp")) return Node::of("mp");
    return std::nullopt;
  }

  static Node signed_node(const Node& sign, Node node) {
    if (sign.is_number(1)) return node;
    if (sign.is_number(-1)) return Node::negative(std::move(node));
    return Node::of(Op::product, {sign, std::move(node)});
  }

  Node sum() {
    const Depth depth(depth_);
    std::vector<Node> parts;
    const auto first = sign();
    parts.push_back(first ? signed_node(*first, product()) : product());
    while (const auto next = sign()) parts.push_back(signed_node(*next, product()));
    return parts.size() == 1 ? std::move(parts[0]) : Node::of(Op::sum, std::move(parts));
  }

  enum class Operator { none, times, divide };

  Operator multiplication() {
    if (skip_command("cdot") || skip_command("times") || skip_symbol('*')) {
      skip_symbol('*');  // "**" is read as a power before this
      return Operator::times;
    }
    if (skip_symbol('/') || skip_command("div")) return Operator::divide;
    return Operator::none;
  }

  Node product() {
    std::vector<Node> parts;
    parts.push_back(factor());
    for (;;) {
      const bool behind_number = behind().kind == TokenKind::number;
      const Operator operation = multiplication();
      if (operation == Operator::none && behind_number && look().kind == TokenKind::number)
        throw Unreadable("two numbers stand side by side");
      if (operation == Operator::none && !primary_begins()) break;
      const auto minus = operation == Operator::none ? std::nullopt : sign();
      Node next = minus ? signed_node(*minus, factor()) : factor();
      if (operation == Operator::divide)
        parts.push_back(Node::of(Op::power, {std::move(next), Node::of(Rational(-1))}));
      else
        parts.push_back(std::move(next));
    }
    return parts.size() == 1 ? std::move(parts[0]) : Node::of(Op::product, std::move(parts));
  }

  bool primary_begins() const {
    if (ended()) return false;
    const Token& token = look();
    switch (token.kind) {
      case TokenKind::number:
      case TokenKind::letter:
        return true;
      case TokenKind::symbol:
        return token.symbol('(') || token.symbol('[') || token.symbol('{') || (token.symbol('|') && bars_ == 0);
      case TokenKind::command:
        return begins_value(token.text);
      default:
        return false;
    }
  }

  static bool begins_value(std::string_view name) {
    constexpr auto others = std::to_array<std::string_view>(
        {"frac",    "sqrt",  "binom", "log",    "lfloor", "lceil", "pi",    "infty", "alpha",
         "beta",    "gamma", "delta", "theta",  "lambda", "mu",    "phi",   "omega", "sigma",
         "epsilon", "rho",   "tau",   "varphi", "ell",    "Delta", "Gamma", "Omega"});
    return is_function(name) || is_decoration(name) || std::find(others.begin(), others.end(), name) != others.end();
  }

  /// A power, or the value of a primary with what stands behind it.
  Node factor() {
    const Depth depth(depth_);
    Node node = primary();
    for (;; ++chain_) {
      if (chain_ > kDeepest) throw Unreadable("a tower of powers");
      if (skip_symbol('!')) {
        node = Node::call("!", {std::move(node)});
      } else if (skip_symbol('%')) {
        node = Node::of(Op::product, {std::move(node), Node::of(Rational(1, 100))});
      } else if (skip_command("circ")) {
        node = degrees(std::move(node));
      } else if (skip_symbol('^') || (look().symbol('*') && look(1).symbol('*') && pass(2))) {
        if (skip_command("circ") || (look().symbol('{') && look(1).command("circ") && look(2).symbol('}') && pass(3))) {
          node = degrees(std::move(node));
        } else {
          node = Node::of(Op::power, {std::move(node), argument(true)});
        }
      } else {
        return node;
      }
    }
  }

  static Node degrees(Node node) {
    return Node::of(Op::product, {std::move(node), Node::of("pi"), Node::of(Rational(1, 180))});
  }

  /// What a command or "^" applies to: a group, or one token.
  Node argument(bool whole_number) {
    const Depth depth(depth_);
    if (look().symbol('{')) return primary();
    if (look().symbol('-') || look().symbol('+')) {
      const auto minus = sign();
      return signed_node(*minus, argument(whole_number));
    }
    if (look().kind == TokenKind::number) return Node::of(whole_number ? decimal(take().text) : first_digit(*this));
    return primary();
  }

  Node primary() {
    const Depth depth(depth_);
    if (ended()) throw Unreadable("the formula ends too early");
    const Token& token = look();
    if (token.kind == TokenKind::number) return numeral(*this);
    if (token.kind == TokenKind::letter) return variable();
    if (token.kind == TokenKind::command) return command();
    if (skip_symbol('(')) return closed(')');
    if (skip_symbol('[')) return closed(']');
    if (skip_symbol('{')) return closed('}');
    if (skip_symbol('|')) {
      ++bars_;
      Node inside = sum();
      --bars_;
      expect_symbol('|');
      return Node::call("abs", {std::move(inside)});
    }
    throw Unreadable("no value begins with \"" + token.text + '"');
  }

  Node closed(char bracket) {
    const int bars = std::exchange(bars_, 0);
    Node inside = sum();
    bars_ = bars;
    expect_symbol(bracket);
    return inside;
  }

  Node variable() {
    std::string name = take().text;
    if (skip_symbol('_')) name += '_' + subscript();
    return Node::of(std::move(name));
  }

  std::string subscript() {
    if (!skip_symbol('{')) {
      if (ended()) throw Unreadable("a subscript is missing");
      return take().text;
    }
    std::string name;
    while (!ended() && !look().symbol('}')) name += take().text;
    expect_symbol('}');
    return name;
  }

  Node command() {
    const std::string name = take().text;
    if (name == "frac") {
      Node top = argument(false);
      return Node::quotient(std::move(top), argument(false));
    }
    if (name == "binom") {
      Node top = argument(false);
      return Node::call("binom", {std::move(top), argument(false)});
    }
    if (name == "sqrt") return root();
    if (name == "log") return logarithm();
    if (name == "lfloor" || name == "lceil") {
      Node inside = sum();
      if (!skip_command(name == "lfloor" ? "rfloor" : "rceil")) throw Unreadable("a bracket is not closed");
      return Node::call(name.substr(1), {std::move(inside)});
    }
    if (name == "|") {
      Node inside = sum();
      if (!skip_command("|")) throw Unreadable("a bar is not closed");
      return Node::call("abs", {std::move(inside)});
    }
    if (is_function(name)) return function(name);
    if (is_decoration(name)) return argument(true);
    if (!begins_value(name)) throw Unreadable("\\" + name + " is not known");
    std::string symbol = name;
    if (skip_symbol('_')) symbol += '_' + subscript();
    return Node::of(std::move(symbol));
  }

  Node root() {
    Node degree = Node::of(Rational(2));
    if (skip_symbol('[')) degree = closed(']');
    return Node::of(Op::root, {argument(true), std::move(degree)});
  }

  Node logarithm() {
    Node base = Node::of(Rational(10));
    if (skip_symbol('_')) base = argument(false);
    return powered([&](Node inside) { return Node::call("log", {std::move(inside), std::move(base)}); });
  }

  Node function(const std::string& name) {
    if (name == "exp")
      return powered([](Node inside) { return Node::of(Op::power, {Node::of("e"), std::move(inside)}); });
    return powered([&](Node inside) { return Node::call(name, {std::move(inside)}); });
  }

  /// A function with its argument; "\sin^2 x" is (sin x)^2, "\sin^{-1} x" the inverse.
  template <class Apply>
  Node powered(Apply apply) {
    std::optional<Node> exponent;
    if (skip_symbol('^')) exponent = argument(true);
    Node inside = function_argument();
    if (!exponent) return apply(std::move(inside));
    Node value = apply(std::move(inside));
    if (exponent->is_number(-1) && value.name.starts_with("arc") == false && value.parts.size() == 1 &&
        is_function("arc" + value.name)) {
      value.name = "arc" + value.name;
      return value;
    }
    return Node::of(Op::power, {std::move(value), std::move(*exponent)});
  }

  Node function_argument() {
    const Depth depth(depth_);
    if (look().symbol('(') || look().symbol('{') || look().symbol('[')) return primary();
    if (skip_symbol('-')) return Node::negative(function_argument());
    std::vector<Node> parts;
    parts.push_back(factor());
    while (primary_begins() && !look().symbol('(') &&
           !(look().kind == TokenKind::command && is_function(look().text)) && !look().command("log"))
      parts.push_back(factor());
    if (look().symbol('/') && look(1).kind == TokenKind::number) {  // "sin pi/6"
      pass(1);
      parts.push_back(Node::of(Op::power, {Node::of(decimal(take().text)), Node::of(Rational(-1))}));
    }
    return parts.size() == 1 ? std::move(parts[0]) : Node::of(Op::product, std::move(parts));
  }

  int depth_ = 0;
  int chain_ = 0;  // powers and factorials of one formula, each of which makes its tree deeper
  int bars_ = 0;
};

}  // namespace

Node formula(std::span<const Token> tokens) { return Parser(tokens).all(); }

}  // namespace espalier::latex
