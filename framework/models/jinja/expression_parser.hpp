#pragma once

#include <string>
#include <vector>

#include "models/jinja/syntax.hpp"
#include "models/jinja/token_stream.hpp"

namespace espalier::jinja {

/// Reads expressions, as jinja2's grammar has them.
class ExpressionParser {
 public:
  explicit ExpressionParser(TokenStream& tokens) : tokens_(tokens), meter_({}, kMostNesting) {}

  Expression expression();
  /// Without `a if b else c`, which a tag that has its own `if` reads itself.
  Expression plain_expression();
  /// An expression, or several with commas.
  Expression tuple(bool conditional) { return brackets(false, conditional); }
  /// What is assigned to. With `attributes`, that may be an attribute of a namespace.
  Target target(bool attributes);
  /// A name in its own right.
  Target name_target();
  /// Filters, of which the first has no `|` where `begun`.
  Chain filters(bool begun);
  /// What holds the depth of brackets and blocks within bounds.
  Meter& meter() { return meter_; }

 private:
  /// Operands and operators that bind at least so strongly.
  Expression operation(int least);
  Expression operand(int least);
  void conditional(Expression& value);
  Expression unary(bool with_filters);
  Expression primary();
  Expression brackets(bool explicit_brackets, bool conditional);
  Expression list();
  Expression mapping();
  Target target_part(bool attributes);
  void postfix(Chain& chain);
  void filters_and_tests(Chain& chain);
  void subscript(Chain& chain);
  Step subscript_in_brackets(std::size_t line);
  Step filter(bool begun);
  Step test();
  Arguments arguments();
  bool at_tuple_end() const;

  TokenStream& tokens_;
  Meter meter_;
};

}  // namespace espalier::jinja
