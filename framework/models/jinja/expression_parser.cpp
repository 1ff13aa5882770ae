#include "jinja/expression_parser.hpp"

#include <algorithm>
#include <utility>

#include "jinja/library.hpp"

namespace espalier::jinja {
namespace {

ExpressionPointer boxed(Expression expression) { return std::make_unique<Expression>(std::move(expression)); }

/// `first op operand op operand ...`, where `first` alone stands for itself.
template <class Node>
Expression chained(Expression first, decltype(Node::rest) rest) {
  if (rest.empty()) return first;
  const std::size_t line = first.line;
  return {line, Node{boxed(std::move(first)), std::move(rest)}};
}

bool is_constant_name(std::string_view name) {
  return name == "true" || name == "false" || name == "none" || name == "True" || name == "False" || name == "None";
}

Value constant_named(std::string_view name) {
  if (name == "none" || name == "None") return None();
  return name == "true" || name == "True";
}

}  // namespace

Expression ExpressionParser::expression() {
  const Descent descent(meter_);
  meter_.line = tokens_.line();
  Expression value = disjunction();
  for (int conditions = 0; tokens_.skip_word("if"); ++conditions) {
    if (conditions == 8) tokens_.fail("too many conditions follow one another");
    ExpressionPointer test = boxed(disjunction());
    ExpressionPointer otherwise = tokens_.skip_word("else") ? boxed(expression()) : nullptr;
    const std::size_t line = value.line;
    value = {line, Conditional{boxed(std::move(value)), std::move(test), std::move(otherwise)}};
  }
  return value;
}

Expression ExpressionParser::plain_expression() {
  const Descent descent(meter_);
  meter_.line = tokens_.line();
  return disjunction();
}

Expression ExpressionParser::disjunction() {
  std::vector<Expression> operands;
  do operands.push_back(conjunction());
  while (tokens_.skip_word("or"));
  if (operands.size() == 1) return std::move(operands[0]);
  return {operands[0].line, Choice{true, std::move(operands)}};
}

Expression ExpressionParser::conjunction() {
  std::vector<Expression> operands;
  do operands.push_back(negation());
  while (tokens_.skip_word("and"));
  if (operands.size() == 1) return std::move(operands[0]);
  return {operands[0].line, Choice{false, std::move(operands)}};
}

Expression ExpressionParser::negation() {
  const std::size_t line = tokens_.line();
  if (!tokens_.skip_word("not")) return comparison();
  const Descent descent(meter_);
  return {line, Not{boxed(negation())}};
}

Expression ExpressionParser::comparison() {
  constexpr std::pair<std::string_view, Relation> signs[] = {
      {"==", Relation::equal},         {"!=", Relation::unequal}, {"<", Relation::less},
      {"<=", Relation::less_equal},    {">", Relation::greater},  {">=", Relation::greater_equal}};
  Expression first = sum();
  std::vector<std::pair<Relation, ExpressionPointer>> rest;
  for (;;) {
    const auto* sign = std::ranges::find_if(signs, [&](const auto& one) { return tokens_.is_sign(one.first); });
    if (sign != std::end(signs)) {
      tokens_.take();
      rest.emplace_back(sign->second, boxed(sum()));
    } else if (tokens_.skip_word("in")) {
      rest.emplace_back(Relation::in, boxed(sum()));
    } else if (tokens_.is_word("not") && tokens_.behind().kind == TokenKind::name && tokens_.behind().text == "in") {
      tokens_.take();
      tokens_.take();
      rest.emplace_back(Relation::not_in, boxed(sum()));
    } else {
      return chained<Comparison>(std::move(first), std::move(rest));
    }
  }
}

Expression ExpressionParser::sum() {
  Expression first = concatenation();
  std::vector<std::pair<Arithmetic, ExpressionPointer>> rest;
  while (tokens_.is_sign("+") || tokens_.is_sign("-")) {
    const Arithmetic operation = tokens_.take().text == "+" ? Arithmetic::add : Arithmetic::subtract;
    rest.emplace_back(operation, boxed(concatenation()));
  }
  return chained<Calculation>(std::move(first), std::move(rest));
}

Expression ExpressionParser::concatenation() {
  std::vector<Expression> operands;
  do operands.push_back(product());
  while (tokens_.skip_sign("~"));
  if (operands.size() == 1) return std::move(operands[0]);
  return {operands[0].line, Concatenation{std::move(operands)}};
}

Expression ExpressionParser::product() {
  constexpr std::pair<std::string_view, Arithmetic> signs[] = {{"*", Arithmetic::multiply},
                                                               {"/", Arithmetic::divide},
                                                               {"//", Arithmetic::floor_divide},
                                                               {"%", Arithmetic::modulo}};
  Expression first = power();
  std::vector<std::pair<Arithmetic, ExpressionPointer>> rest;
  for (;;) {
    const auto* sign = std::ranges::find_if(signs, [&](const auto& one) { return tokens_.is_sign(one.first); });
    if (sign == std::end(signs)) return chained<Calculation>(std::move(first), std::move(rest));
    tokens_.take();
    rest.emplace_back(sign->second, boxed(power()));
  }
}

Expression ExpressionParser::power() {
  Expression first = unary(true);
  std::vector<std::pair<Arithmetic, ExpressionPointer>> rest;
  while (tokens_.skip_sign("**")) rest.emplace_back(Arithmetic::power, boxed(unary(true)));
  return chained<Calculation>(std::move(first), std::move(rest));
}

Expression ExpressionParser::unary(bool with_filters) {
  const std::size_t line = tokens_.line();
  Chain chain;
  if (tokens_.is_sign("-") || tokens_.is_sign("+")) {
    const Descent descent(meter_);
    const bool plus = tokens_.take().text == "+";
    chain.base = boxed({line, Negation{boxed(unary(false)), plus}});
  } else {
    chain.base = boxed(primary());
  }
  postfix(chain);
  if (with_filters) filters_and_tests(chain);
  if (chain.steps.empty()) return std::move(*chain.base);
  return {line, std::move(chain)};
}

Expression ExpressionParser::primary() {
  const std::size_t line = tokens_.line();
  if (tokens_.is_sign("[")) return list();
  if (tokens_.is_sign("{")) return mapping();
  if (tokens_.skip_sign("(")) {
    Expression inner = brackets(true, true);
    tokens_.expect_sign(")");
    return inner;
  }
  switch (tokens_.current().kind) {
    case TokenKind::name: {
      std::string name = tokens_.take().text;
      if (is_constant_name(name)) return {line, Constant{constant_named(name)}};
      return {line, Name{std::move(name), {}}};
    }
    case TokenKind::string: {
      std::string text;
      while (tokens_.is(TokenKind::string)) text += tokens_.take().text;
      return {line, Constant{Text(std::move(text))}};
    }
    case TokenKind::integer: return {line, Constant{tokens_.take().integer}};
    case TokenKind::real: return {line, Constant{tokens_.take().real}};
    default: tokens_.fail("an expression is due before " + describe(tokens_.current()));
  }
}

bool ExpressionParser::at_tuple_end() const {
  return tokens_.is(TokenKind::variable_end) || tokens_.is(TokenKind::block_end) || tokens_.is_sign(")");
}

Expression ExpressionParser::brackets(bool explicit_brackets, bool conditional) {
  const std::size_t line = tokens_.line();
  std::vector<Expression> items;
  bool is_tuple = false;
  while (!at_tuple_end()) {
    items.push_back(conditional ? expression() : plain_expression());
    if (!tokens_.skip_sign(",")) break;
    is_tuple = true;
  }
  if (!is_tuple && !items.empty()) return std::move(items[0]);
  if (!is_tuple && !explicit_brackets) tokens_.fail("an expression is due before " + describe(tokens_.current()));
  return {line, ListLiteral{std::move(items), true}};
}

Expression ExpressionParser::list() {
  const std::size_t line = tokens_.line();
  tokens_.expect_sign("[");
  std::vector<Expression> items;
  while (!tokens_.is_sign("]")) {
    items.push_back(expression());
    if (!tokens_.skip_sign(",")) break;
  }
  tokens_.expect_sign("]");
  return {line, ListLiteral{std::move(items), false}};
}

Expression ExpressionParser::mapping() {
  const std::size_t line = tokens_.line();
  tokens_.expect_sign("{");
  MappingLiteral literal;
  while (!tokens_.is_sign("}")) {
    literal.keys.push_back(expression());
    tokens_.expect_sign(":");
    literal.values.push_back(expression());
    if (!tokens_.skip_sign(",")) break;
  }
  tokens_.expect_sign("}");
  return {line, std::move(literal)};
}

Target ExpressionParser::name_target() {
  const std::size_t line = tokens_.line();
  std::string name = tokens_.expect_name("a name");
  if (is_constant_name(name)) throw TemplateError(line, "`" + name + "` cannot be assigned to");
  return {line, std::move(name), {}, {}, false, {}};
}

Target ExpressionParser::target_part(bool attributes) {
  if (!tokens_.skip_sign("(")) {
    Target part = name_target();
    if (attributes && tokens_.skip_sign(".")) part.attribute = tokens_.expect_name("the name of an attribute");
    return part;
  }
  const Descent descent(meter_);
  Target inner = target(false);
  tokens_.expect_sign(")");
  return inner;
}

Target ExpressionParser::target(bool attributes) {
  const std::size_t line = tokens_.line();
  meter_.line = line;
  std::vector<Target> parts;
  bool tuple = false;
  while (!at_tuple_end()) {
    parts.push_back(target_part(attributes));
    if (!tokens_.skip_sign(",")) break;
    tuple = true;
  }
  if (!tuple && parts.size() == 1) return std::move(parts[0]);
  if (parts.empty()) tokens_.fail("what is assigned to is due before " + describe(tokens_.current()));
  return {line, {}, {}, std::move(parts), true, {}};
}

}  // namespace espalier::jinja
