#include "models/jinja/expression_parser.hpp"

#include <optional>
#include <utility>

#include "models/jinja/library.hpp"

namespace espalier::jinja {
namespace {

ExpressionPointer boxed(Expression expression) { return std::make_unique<Expression>(std::move(expression)); }

bool is_constant_name(std::string_view name) {
  return name == "true" || name == "false" || name == "none" || name == "True" || name == "False" || name == "None";
}

Value constant_named(std::string_view name) {
  if (name == "none" || name == "None") return None();
  return name == "true" || name == "True";
}

/// How strongly operators bind, from the weakest.
enum class Level { any, all, negation, comparison, sum, concatenation, product, power };

struct Operator {
  std::string_view spelling;
  Level level;
  int meaning = 0;  // an Arithmetic or a Relation
  bool word = false;
};

constexpr Operator arithmetic(std::string_view spelling, Level level, Arithmetic meaning) {
  return {spelling, level, static_cast<int>(meaning)};
}
constexpr Operator relation(std::string_view spelling, Relation meaning, bool word = false) {
  return {spelling, Level::comparison, static_cast<int>(meaning), word};
}

constexpr Operator kOperators[] = {
    {"or", Level::any, 0, true},
    {"and", Level::all, 0, true},
    relation("==", Relation::equal),
    relation("!=", Relation::unequal),
    relation("<", Relation::less),
    relation("<=", Relation::less_equal),
    relation(">", Relation::greater),
    relation(">=", Relation::greater_equal),
    relation("in", Relation::in, true),
    relation("not", Relation::not_in, true),  // before `in`
    arithmetic("+", Level::sum, Arithmetic::add),
    arithmetic("-", Level::sum, Arithmetic::subtract),
    {"~", Level::concatenation},
    arithmetic("*", Level::product, Arithmetic::multiply),
    arithmetic("/", Level::product, Arithmetic::divide),
    arithmetic("//", Level::product, Arithmetic::floor_divide),
    arithmetic("%", Level::product, Arithmetic::modulo),
    arithmetic("**", Level::power, Arithmetic::power),
};

const Operator* operator_at(const TokenStream& tokens) {
  const bool word = tokens.is(TokenKind::name);
  if (!word && !tokens.is(TokenKind::sign)) return nullptr;
  for (const Operator& one : kOperators) {
    if (one.word != word || one.spelling != tokens.current().text) continue;
    const bool not_in = tokens.behind().kind == TokenKind::name && tokens.behind().text == "in";
    return one.spelling != "not" || not_in ? &one : nullptr;
  }
  return nullptr;
}

template <class Node>
Node& chain_of(Expression& left, bool begun) {
  if (!begun) {
    const std::size_t line = left.line;
    left = {line, Node{boxed(std::move(left)), {}}};
  }
  return std::get<Node>(left.node);
}

template <class Node>
std::vector<Expression>& operands_of(Expression& left, bool begun, Node node) {
  if (!begun) {
    const std::size_t line = left.line;
    node.operands.push_back(std::move(left));
    left = {line, std::move(node)};
  }
  return std::get<Node>(left.node).operands;
}

/// Makes `left` into `left op right`; where it has `begun` to be a chain of operators of that level, the chain goes on.
void combine(Expression& left, const Operator& one, Expression right, bool begun) {
  switch (one.level) {
    case Level::any:
    case Level::all:
      return operands_of(left, begun, Choice{one.level == Level::any, {}}).push_back(std::move(right));
    case Level::concatenation:
      return operands_of(left, begun, Concatenation()).push_back(std::move(right));
    case Level::comparison:
      chain_of<Comparison>(left, begun).rest.emplace_back(static_cast<Relation>(one.meaning), boxed(std::move(right)));
      return;
    default:
      chain_of<Calculation>(left, begun)
          .rest.emplace_back(static_cast<Arithmetic>(one.meaning), boxed(std::move(right)));
  }
}

}  // namespace

Expression ExpressionParser::expression() {
  Expression value = operation(0);
  for (int conditions = 0; tokens_.skip_word("if"); ++conditions) {
    if (conditions == 8) tokens_.fail("too many conditions follow one another");
    conditional(value);
  }
  return value;
}

Expression ExpressionParser::plain_expression() { return operation(0); }

void ExpressionParser::conditional(Expression& value) {
  const Descent descent(meter_);
  const std::size_t line = value.line;
  ExpressionPointer test = boxed(operation(0));
  ExpressionPointer otherwise = tokens_.skip_word("else") ? boxed(expression()) : nullptr;
  value = {line, Conditional{boxed(std::move(value)), std::move(test), std::move(otherwise)}};
}

Expression ExpressionParser::operation(int least) {
  meter_.line = tokens_.line();
  const Descent descent(meter_);
  Expression left = operand(least);
  std::optional<Level> begun;
  while (const Operator* one = operator_at(tokens_)) {
    if (static_cast<int>(one->level) < least) break;
    if (tokens_.take().text == "not") tokens_.take();
    combine(left, *one, operation(static_cast<int>(one->level) + 1), begun == one->level);
    begun = one->level;
  }
  return left;
}

Expression ExpressionParser::operand(int least) {
  const std::size_t line = tokens_.line();
  constexpr int negation = static_cast<int>(Level::negation);
  if (least <= negation && tokens_.skip_word("not")) return {line, Not{boxed(operation(negation))}};
  return unary(true);
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
    case TokenKind::integer:
      return {line, Constant{tokens_.take().integer}};
    case TokenKind::real:
      return {line, Constant{tokens_.take().real}};
    default:
      tokens_.fail("an expression is due before " + describe(tokens_.current()));
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
