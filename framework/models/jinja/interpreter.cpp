#include "models/jinja/interpreter.hpp"

#include <utility>

#include "models/jinja/library.hpp"

namespace espalier::jinja {

Interpreter::Interpreter(const Program& program, const Mapping& variables, const Limits& limits,
                         const std::optional<std::tm>& now)
    : program_(program), meter_(limits), now_(now), root_(meter_) {
  for (const std::string& name : program.variables) {
    if (const Value* value = variables.find(name)) {
      variables_.push_back(*value);
    } else if (const Function::Native native = find_function(name)) {
      variables_.emplace_back(std::make_shared<const Function>(Function{name, native, {}, nullptr, nullptr}));
    } else {
      variables_.emplace_back();
    }
  }
}

Interpreter::~Interpreter() {
  for (const auto& activation : activations_) activation->slots.clear();
  for (const auto& names : namespaces_) names->attributes = Mapping();
  for (const auto& loop : loops_) loop->changed.reset();
}

std::vector<Piece> Interpreter::run() {
  active_ = activate(program_.function, nullptr);
  enter(program_.function.scope);
  execute(program_.body);
  return root_.take_pieces();
}

std::shared_ptr<Activation> Interpreter::activate(const FunctionBody& function, std::shared_ptr<Activation> outer) {
  meter_.charge(1 + function.slots);
  auto activation = std::make_shared<Activation>(Activation{std::vector<Value>(function.slots), std::move(outer)});
  if (function.captured) activations_.push_back(activation);
  return activation;
}

Value& Interpreter::place(const Slot& slot) {
  Activation* activation = active_.get();
  for (std::size_t i = 0; i < slot.hops; ++i) activation = activation->outer.get();
  return activation->slots[slot.index];
}

void Interpreter::enter(const Scope& scope) {
  meter_.charge(scope.loads.size());
  for (const Load& load : scope.loads) {
    Value& slot = active_->slots[load.index];
    switch (load.from) {
      case Load::From::parameter:
        break;
      case Load::From::variable:
        slot = variables_[load.variable];
        break;
      case Load::From::slot:
        slot = place(load.outer);
        break;
      case Load::From::nothing:
        slot = Value();
        break;
    }
  }
}

void Interpreter::leave(const Scope& scope) {
  for (const Load& load : scope.loads) active_->slots[load.index] = Value();
}

Value Interpreter::make_namespace() {
  namespaces_.push_back(std::make_shared<Namespace>());
  return namespaces_.back();
}

Value Interpreter::make_mapping(Mapping mapping) {
  meter_.check_items(mapping.entries().size());
  meter_.charge(2 * mapping.entries().size());
  meter_.check_value_depth(mapping.depth());
  return std::shared_ptr<const Mapping>(std::make_shared<Mapping>(std::move(mapping)));
}

Value Interpreter::make_macro(const MacroDefinition& definition) {
  return std::make_shared<const Function>(Function{definition.name, nullptr, {}, &definition, active_});
}

void Interpreter::assign(const Target& target, Value value) {
  meter_.line = target.line;
  if (!target.tuple) {
    if (!target.attribute.empty()) return assign_attribute(target, std::move(value));
    place(target.slot) = std::move(value);
    return;
  }
  const ListPointer items = iterate(value, meter_);
  if (items->items.size() != target.parts.size()) {
    meter_.fail(std::to_string(items->items.size()) + " values cannot be assigned to " +
                std::to_string(target.parts.size()) + " names");
  }
  for (std::size_t i = 0; i < target.parts.size(); ++i) assign(target.parts[i], items->items[i]);
}

void Interpreter::assign_attribute(const Target& target, Value value) {
  Namespace* names = place(target.slot).as_namespace();
  if (!names) meter_.fail("`" + target.name + "` is no namespace, so `" + target.attribute + "` of it cannot be set");
  names->attributes.set(std::string_view(target.attribute), std::move(value));
}

Value Interpreter::call(const Value& callee, const CallArguments& arguments) {
  if (const Function* function = callee.as_function()) {
    return function->macro ? call_macro(*function, arguments) : function->native(*this, function->self, arguments);
  }
  if (Loop* loop = callee.as_loop()) {
    const Parameters parameters(meter_, "loop", arguments, {"iterable"}, 1);
    if (!loop->recurse) meter_.fail("the loop is not marked `recursive`, so it cannot be called");
    return loop->recurse(parameters[0]);
  }
  fail_type("what is called", callee, meter_);
}

Value Interpreter::call_macro(const Function& function, const CallArguments& arguments) {
  const Descent descent(meter_);
  const MacroDefinition& macro = *function.macro;
  const std::size_t line = meter_.line;
  const auto before = std::exchange(active_, activate(macro.function, function.outer));
  Capture capture(*this);
  enter(macro.function.scope);
  bind(macro, arguments, active_->slots);
  execute(macro.body);
  active_ = before;
  meter_.line = line;
  return capture.take();
}

std::size_t Interpreter::bind_positional(const MacroDefinition& macro, const CallArguments& arguments,
                                         std::vector<Value>& slots) {
  const std::size_t count = std::min(arguments.positional.size(), macro.parameters.size());
  for (std::size_t i = 0; i < count; ++i) slots[macro.parameters[i].slot.index] = arguments.positional[i];
  std::vector<Value> more(arguments.positional.begin() + static_cast<std::ptrdiff_t>(count),
                          arguments.positional.end());
  if (macro.takes_more) {
    slots[macro.more_slot] = make_list(std::move(more), meter_, true);
  } else if (!more.empty()) {
    meter_.fail("the macro `" + macro.name + "` takes no more than " + std::to_string(count) + " arguments");
  }
  return count;
}

void Interpreter::bind(const MacroDefinition& macro, const CallArguments& arguments, std::vector<Value>& slots) {
  const std::size_t count = bind_positional(macro, arguments, slots);
  const auto parameter_named = [&](std::string_view name) {
    std::size_t i = count;
    while (i < macro.parameters.size() && macro.parameters[i].name != name) ++i;
    return i;
  };
  Mapping rest;
  const bool special_caller = macro.takes_caller && parameter_named("caller") == macro.parameters.size();
  if (special_caller)
    slots[macro.caller_slot] = Value::undefined("the macro `" + macro.name + "` was called without a caller");
  for (const auto& [name, value] : arguments.named) {
    if (const std::size_t i = parameter_named(name.bytes()); i < macro.parameters.size()) {
      slots[macro.parameters[i].slot.index] = value;
    } else if (special_caller && name.bytes() == "caller") {
      slots[macro.caller_slot] = value;
    } else if (macro.takes_named) {
      rest.set(name, value);
    } else {
      meter_.fail("the macro `" + macro.name + "` has no parameter `" + std::string(name.bytes()) + "`");
    }
  }
  if (macro.takes_named) slots[macro.named_slot] = make_mapping(std::move(rest));
  const std::size_t without_default = macro.parameters.size() - macro.defaults.size();
  for (std::size_t i = 0; i < macro.parameters.size(); ++i) {
    const Target& parameter = macro.parameters[i];
    if (!slots[parameter.slot.index].is_missing()) continue;
    slots[parameter.slot.index] = i >= without_default
                                      ? evaluate(macro.defaults[i - without_default])
                                      : Value::undefined("the parameter `" + parameter.name + "` of the macro `" +
                                                         macro.name + "` was not given");
  }
}

}  // namespace espalier::jinja
