#include <utility>

#include "models/jinja/expression_parser.hpp"
#include "models/jinja/library.hpp"

namespace espalier::jinja {
namespace {

ExpressionPointer boxed(Expression expression) { return std::make_unique<Expression>(std::move(expression)); }

}  // namespace

void ExpressionParser::postfix(Chain& chain) {
  for (;;) {
    if (tokens_.is_sign(".") || tokens_.is_sign("[")) {
      subscript(chain);
    } else if (tokens_.is_sign("(")) {
      const std::size_t line = tokens_.line();
      chain.steps.push_back({line, CallStep{arguments()}});
    } else {
      return;
    }
  }
}

void ExpressionParser::filters_and_tests(Chain& chain) {
  for (;;) {
    if (tokens_.is_sign("|")) {
      chain.steps.push_back(filter(false));
    } else if (tokens_.is_word("is")) {
      chain.steps.push_back(test());
    } else if (tokens_.is_sign("(")) {
      const std::size_t line = tokens_.line();
      chain.steps.push_back({line, CallStep{arguments()}});
    } else {
      return;
    }
  }
}

void ExpressionParser::subscript(Chain& chain) {
  const std::size_t line = tokens_.line();
  if (tokens_.skip_sign("[")) {
    chain.steps.push_back(subscript_in_brackets(line));
    return;
  }
  tokens_.expect_sign(".");
  if (tokens_.is(TokenKind::integer)) {
    chain.steps.push_back({line, ItemStep{boxed({line, Constant{tokens_.take().integer}})}});
    return;
  }
  chain.steps.push_back({line, AttributeStep{tokens_.expect_name("the name of an attribute")}});
}

Step ExpressionParser::subscript_in_brackets(std::size_t line) {
  const auto at_end = [&] { return tokens_.is_sign("]") || tokens_.is_sign(","); };
  std::vector<Expression> keys;
  while (!tokens_.is_sign("]")) {
    ExpressionPointer start = tokens_.is_sign(":") ? nullptr : boxed(expression());
    if (tokens_.skip_sign(":")) {
      SliceStep slice{std::move(start), nullptr, nullptr};
      if (!at_end() && !tokens_.is_sign(":")) slice.stop = boxed(expression());
      if (tokens_.skip_sign(":") && !at_end()) slice.step = boxed(expression());
      if (!keys.empty() || !tokens_.is_sign("]")) tokens_.fail("a slice cannot be one of several indices");
      tokens_.take();
      return {line, std::move(slice)};
    }
    keys.push_back(std::move(*start));
    if (!tokens_.skip_sign(",")) break;
    if (tokens_.is_sign("]")) tokens_.fail("an index is due before `]`");
  }
  tokens_.expect_sign("]");
  if (keys.size() == 1) return {line, ItemStep{boxed(std::move(keys[0]))}};
  return {line, ItemStep{boxed({line, ListLiteral{std::move(keys), true}})}};
}

Arguments ExpressionParser::arguments() {
  const Descent descent(meter_);
  Arguments result;
  tokens_.expect_sign("(");
  const auto refuse_if = [&](bool wrong) {
    if (wrong) tokens_.fail("the arguments of a call are in an order that Python does not allow");
  };
  while (!tokens_.is_sign(")")) {
    if (tokens_.skip_sign("*")) {
      refuse_if(result.list || result.mapping);
      result.list = boxed(expression());
    } else if (tokens_.skip_sign("**")) {
      refuse_if(result.mapping != nullptr);
      result.mapping = boxed(expression());
    } else if (tokens_.is(TokenKind::name) && tokens_.behind().kind == TokenKind::sign &&
               tokens_.behind().text == "=") {
      refuse_if(result.mapping != nullptr);
      std::string name = tokens_.take().text;
      tokens_.take();
      result.named.push_back({std::move(name), boxed(expression())});
    } else {
      refuse_if(result.list || result.mapping || !result.named.empty());
      result.positional.push_back(expression());
    }
    if (!tokens_.skip_sign(",")) break;
  }
  tokens_.expect_sign(")");
  return result;
}

Step ExpressionParser::filter(bool begun) {
  if (!begun) tokens_.expect_sign("|");
  const std::size_t line = tokens_.line();
  std::string name = tokens_.expect_name("the name of a filter");
  while (tokens_.skip_sign(".")) name += "." + tokens_.expect_name("the name of a filter");
  FilterStep step{std::move(name), nullptr, {}};
  step.filter = find_filter(step.name);
  if (tokens_.is_sign("(")) step.arguments = arguments();
  return {line, std::move(step)};
}

Chain ExpressionParser::filters(bool begun) {
  Chain chain;
  if (begun) chain.steps.push_back(filter(true));
  while (tokens_.is_sign("|")) chain.steps.push_back(filter(false));
  return chain;
}

Step ExpressionParser::test() {
  const std::size_t line = tokens_.line();
  tokens_.expect_word("is");
  TestStep step{{}, nullptr, {}, tokens_.skip_word("not")};
  step.name = tokens_.expect_name("the name of a test");
  while (tokens_.skip_sign(".")) step.name += "." + tokens_.expect_name("the name of a test");
  step.test = find_test(step.name);
  if (tokens_.is_sign("(")) {
    step.arguments = arguments();
    return {line, std::move(step)};
  }
  const TokenKind kind = tokens_.current().kind;
  const bool is_value = kind == TokenKind::name || kind == TokenKind::string || kind == TokenKind::integer ||
                        kind == TokenKind::real || tokens_.is_sign("[") || tokens_.is_sign("{");
  if (is_value && !tokens_.is_word("else") && !tokens_.is_word("or") && !tokens_.is_word("and")) {
    if (tokens_.is_word("is")) tokens_.fail("tests cannot follow one another");
    const Descent descent(meter_);
    const std::size_t argument_line = tokens_.line();
    Chain chain;
    chain.base = boxed(primary());
    postfix(chain);
    if (chain.steps.empty()) {
      step.arguments.positional.push_back(std::move(*chain.base));
    } else {
      step.arguments.positional.push_back({argument_line, std::move(chain)});
    }
  }
  return {line, std::move(step)};
}

}  // namespace espalier::jinja
