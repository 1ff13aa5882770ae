#include <utility>

#include "models/jinja/interpreter.hpp"
#include "models/jinja/library.hpp"

namespace espalier::jinja {

Value Interpreter::evaluate(const Expression& expression) {
  const Descent descent(meter_);
  meter_.charge(1);
  meter_.line = expression.line;
  return std::visit([&](const auto& node) { return evaluate(node, expression.line); }, expression.node);
}

Value Interpreter::evaluate(const Constant& constant, std::size_t) { return constant.value; }

Value Interpreter::evaluate(const Name& name, std::size_t) {
  const Value& value = place(name.slot);
  return value.is_missing() ? Value::undefined("`" + name.name + "` is undefined") : value;
}

Value Interpreter::evaluate(const ListLiteral& literal, std::size_t) {
  std::vector<Value> items;
  items.reserve(literal.items.size());
  for (const Expression& item : literal.items) items.push_back(evaluate(item));
  return make_list(std::move(items), meter_, literal.tuple);
}

Value Interpreter::evaluate(const MappingLiteral& literal, std::size_t line) {
  Mapping mapping;
  for (std::size_t i = 0; i < literal.keys.size(); ++i) {
    Value key = evaluate(literal.keys[i]);
    Value value = evaluate(literal.values[i]);
    meter_.line = line;
    mapping.set(std::move(key), std::move(value), meter_);
  }
  return make_mapping(std::move(mapping));
}

Value Interpreter::evaluate(const Not& negation, std::size_t) { return !is_true(evaluate(*negation.operand)); }

Value Interpreter::evaluate(const Negation& negation, std::size_t line) {
  const Value value = evaluate(*negation.operand);
  meter_.line = line;
  return negation.plus ? unary_plus(value, meter_) : negate(value, meter_);
}

Value Interpreter::evaluate(const Calculation& calculation, std::size_t line) {
  Value value = evaluate(*calculation.first);
  for (const auto& [operation, operand] : calculation.rest) {
    const Value right = evaluate(*operand);
    meter_.line = line;
    value = calculate(operation, value, right, meter_);
  }
  return value;
}

Value Interpreter::evaluate(const Choice& choice, std::size_t) {
  for (std::size_t i = 0; i + 1 < choice.operands.size(); ++i) {
    Value value = evaluate(choice.operands[i]);
    if (is_true(value) == choice.any) return value;
  }
  return evaluate(choice.operands.back());
}

Value Interpreter::evaluate(const Concatenation& concatenation, std::size_t) {
  TextBuilder builder(meter_);
  for (const Expression& operand : concatenation.operands) append_text(builder, evaluate(operand), meter_);
  return builder.take();
}

Value Interpreter::evaluate(const Comparison& comparison, std::size_t line) {
  Value left = evaluate(*comparison.first);
  for (const auto& [relation, operand] : comparison.rest) {
    Value right = evaluate(*operand);
    meter_.line = line;
    if (!relates(relation, left, right)) return false;
    left = std::move(right);
  }
  return true;
}

bool Interpreter::relates(Relation relation, const Value& left, const Value& right) {
  switch (relation) {
    case Relation::equal:
      return equal(left, right, meter_);
    case Relation::unequal:
      return !equal(left, right, meter_);
    case Relation::less:
      return std::is_lt(compare(left, right, "<", meter_));
    case Relation::less_equal:
      return std::is_lteq(compare(left, right, "<=", meter_));
    case Relation::greater:
      return std::is_gt(compare(left, right, ">", meter_));
    case Relation::greater_equal:
      return std::is_gteq(compare(left, right, ">=", meter_));
    case Relation::in:
      return contains(right, left, meter_);
    case Relation::not_in:
      return !contains(right, left, meter_);
  }
  return false;
}

Value Interpreter::evaluate(const Conditional& conditional, std::size_t line) {
  if (is_true(evaluate(*conditional.test))) return evaluate(*conditional.value);
  if (conditional.otherwise) return evaluate(*conditional.otherwise);
  return Value::undefined("the condition in line " + std::to_string(line) + " was false, and there is no `else`");
}

Value Interpreter::evaluate(const Chain& chain, std::size_t) { return follow(evaluate(*chain.base), chain.steps); }

Value Interpreter::follow(Value value, const std::vector<Step>& steps, const Value& caller) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    meter_.charge(1);
    meter_.line = step.line;
    if (const auto* attribute_step = std::get_if<AttributeStep>(&step.action)) {
      const auto* call_step = i + 1 < steps.size() ? std::get_if<CallStep>(&steps[i + 1].action) : nullptr;
      const Function::Native method = call_step ? find_method(value, attribute_step->name) : nullptr;
      if (method && !(i + 2 == steps.size() && !caller.is_missing())) {
        const CallArguments arguments = evaluate(call_step->arguments);
        meter_.line = step.line;
        value = method(*this, value, arguments);
        ++i;
      } else {
        value = attribute(value, attribute_step->name);
      }
    } else if (const auto* item_step = std::get_if<ItemStep>(&step.action)) {
      const Value key = evaluate(*item_step->key);
      meter_.line = step.line;
      value = item(value, key);
    } else if (const auto* slice_step = std::get_if<SliceStep>(&step.action)) {
      value = take(*slice_step, value);
    } else if (const auto* call_step = std::get_if<CallStep>(&step.action)) {
      CallArguments arguments = evaluate(call_step->arguments);
      if (i + 1 == steps.size() && !caller.is_missing()) arguments.named.emplace_back("caller", caller);
      meter_.line = step.line;
      value = call(value, arguments);
    } else if (const auto* filter_step = std::get_if<FilterStep>(&step.action)) {
      value = apply(*filter_step, value);
    } else {
      value = apply(std::get<TestStep>(step.action), value);
    }
  }
  return value;
}

Value Interpreter::take(const SliceStep& step, const Value& value) {
  const std::size_t line = meter_.line;
  const Value start = step.start ? evaluate(*step.start) : Value();
  const Value stop = step.stop ? evaluate(*step.stop) : Value();
  const Value stride = step.step ? evaluate(*step.step) : Value();
  meter_.line = line;
  return slice(value, start, stop, stride, meter_);
}

Value Interpreter::apply(const FilterStep& step, const Value& value) {
  const std::size_t line = meter_.line;
  if (!step.filter) meter_.fail(no_filter(step.name));
  const CallArguments arguments = evaluate(step.arguments);
  meter_.line = line;
  return step.filter(*this, value, arguments);
}

Value Interpreter::apply(const TestStep& step, const Value& value) {
  const std::size_t line = meter_.line;
  if (!step.test) meter_.fail(no_test(step.name));
  const CallArguments arguments = evaluate(step.arguments);
  meter_.line = line;
  const Value result = step.test(*this, value, arguments);
  return step.negated ? Value(!is_true(result)) : result;
}

CallArguments Interpreter::evaluate(const Arguments& arguments) {
  CallArguments result;
  result.positional.reserve(arguments.positional.size());
  for (const Expression& argument : arguments.positional) result.positional.push_back(evaluate(argument));
  for (const NamedArgument& argument : arguments.named) {
    if (result.find(argument.name)) meter_.fail("the argument `" + argument.name + "` is given twice");
    result.named.emplace_back(argument.name, evaluate(*argument.value));
  }
  if (arguments.list) {
    const ListPointer more = iterate(evaluate(*arguments.list), meter_);
    result.positional.insert(result.positional.end(), more->items.begin(), more->items.end());
  }
  if (arguments.mapping) spread(evaluate(*arguments.mapping), result);
  return result;
}

void Interpreter::spread(const Value& value, CallArguments& arguments) {
  const Mapping* mapping = value.as_mapping();
  if (!mapping) fail_type("what stands behind `**`", value, meter_);
  meter_.charge(mapping->entries().size() * (1 + arguments.named.size()));
  for (const auto& [key, member] : mapping->entries()) {
    const Text* name = key.get<Text>();
    if (!name) fail_type("the name of an argument", key, meter_);
    if (arguments.find(name->bytes())) meter_.fail("the argument `" + std::string(name->bytes()) + "` is given twice");
    arguments.named.emplace_back(*name, member);
  }
}

}  // namespace espalier::jinja
