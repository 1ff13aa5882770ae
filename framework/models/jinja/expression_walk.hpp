#pragma once

#include <functional>

#include "models/jinja/syntax.hpp"

namespace espalier::jinja {

/// Goes through all names and steps of an expression.
class ExpressionWalk {
 public:
  std::function<void(Name&)> on_name;
  /// The flag: an unknown filter is no mistake before it is reached.
  std::function<void(Step&, bool)> on_step = [](Step&, bool) {};

  void walk(Expression& expression, bool in_condition = false) const;
  void walk(Chain& chain, bool in_condition = false) const;

 private:
  void walk(Arguments& arguments, bool in_condition) const;
  void walk(ExpressionPointer& expression, bool in_condition) const {
    if (expression) walk(*expression, in_condition);
  }
};

}  // namespace espalier::jinja
