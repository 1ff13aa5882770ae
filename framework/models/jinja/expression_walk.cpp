#include "models/jinja/expression_walk.hpp"

namespace espalier::jinja {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

void ExpressionWalk::walk(Expression& expression, bool in_condition) const {
  const auto all = [&](std::vector<Expression>& expressions) {
    for (Expression& one : expressions) walk(one, in_condition);
  };
  std::visit(
      Overloaded{[](Constant&) {}, [&](Name& name) { on_name(name); }, [&](ListLiteral& list) { all(list.items); },
                 [&](MappingLiteral& mapping) {
                   all(mapping.keys);
                   all(mapping.values);
                 },
                 [&](Not& negation) { walk(negation.operand, in_condition); },
                 [&](Negation& negation) { walk(negation.operand, in_condition); },
                 [&](Calculation& calculation) {
                   walk(calculation.first, in_condition);
                   for (auto& [operation, operand] : calculation.rest) walk(operand, in_condition);
                 },
                 [&](Choice& choice) { all(choice.operands); },
                 [&](Concatenation& concatenation) { all(concatenation.operands); },
                 [&](Comparison& comparison) {
                   walk(comparison.first, in_condition);
                   for (auto& [relation, operand] : comparison.rest) walk(operand, in_condition);
                 },
                 [&](Conditional& conditional) {
                   walk(conditional.value, true);
                   walk(conditional.test, true);
                   walk(conditional.otherwise, true);
                 },
                 [&](Chain& chain) { walk(chain, in_condition); }},
      expression.node);
}

void ExpressionWalk::walk(Chain& chain, bool in_condition) const {
  walk(chain.base, in_condition);
  for (Step& step : chain.steps) {
    on_step(step, in_condition);
    std::visit(Overloaded{[](AttributeStep&) {}, [&](ItemStep& item) { walk(item.key, in_condition); },
                          [&](SliceStep& slice) {
                            walk(slice.start, in_condition);
                            walk(slice.stop, in_condition);
                            walk(slice.step, in_condition);
                          },
                          [&](CallStep& call) { walk(call.arguments, in_condition); },
                          [&](FilterStep& filter) { walk(filter.arguments, in_condition); },
                          [&](TestStep& test) { walk(test.arguments, in_condition); }},
               step.action);
  }
}

void ExpressionWalk::walk(Arguments& arguments, bool in_condition) const {
  for (Expression& argument : arguments.positional) walk(argument, in_condition);
  for (NamedArgument& argument : arguments.named) walk(argument.value, in_condition);
  walk(arguments.list, in_condition);
  walk(arguments.mapping, in_condition);
}

}  // namespace espalier::jinja
