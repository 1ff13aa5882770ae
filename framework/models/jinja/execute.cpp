#include <utility>

#include "models/jinja/interpreter.hpp"

namespace espalier::jinja {

Interpreter::Flow Interpreter::execute(const Body& body) {
  const Descent descent(meter_);
  for (const Statement& statement : body) {
    meter_.charge(1);
    meter_.line = statement.line;
    const Flow flow = std::visit([this](const auto& node) { return execute(node); }, statement.node);
    if (flow != Flow::next) return flow;
  }
  return Flow::next;
}

Interpreter::Flow Interpreter::execute(const Data& data) {
  output_->append(data.text);
  return Flow::next;
}

Interpreter::Flow Interpreter::execute(const Print& print) {
  const Value value = evaluate(print.value);
  append_text(*output_, value, meter_);
  return Flow::next;
}

Interpreter::Flow Interpreter::execute(const If& condition) {
  for (const Branch& branch : condition.branches) {
    if (!branch.test || is_true(evaluate(*branch.test))) return execute(branch.body);
  }
  return Flow::next;
}

Interpreter::Flow Interpreter::execute(const Set& set) {
  assign(set.target, evaluate(set.value));
  return Flow::next;
}

Interpreter::Flow Interpreter::execute_into(Text& text, const Body& body) {
  Capture capture(*this);
  const Flow flow = execute(body);
  if (flow == Flow::next) text = capture.take();
  return flow;
}

Interpreter::Flow Interpreter::execute(const SetBlock& set) {
  enter(set.scope);
  Text text;
  if (const Flow flow = execute_into(text, set.body); flow != Flow::next) return flow;
  assign(set.target, follow(std::move(text), set.filters.steps));
  leave(set.scope);
  return Flow::next;
}

Interpreter::Flow Interpreter::execute(const Macro& macro) {
  place(macro.definition.slot) = make_macro(macro.definition);
  return Flow::next;
}

void Interpreter::write(const Value& value) {
  const Text* text = value.get<Text>();
  if (!text) fail_type("what a block renders to", value, meter_);
  output_->append(*text);
}

Interpreter::Flow Interpreter::execute(const CallBlock& block) {
  const Value caller = make_macro(block.caller);
  const Chain& chain = std::get<Chain>(block.call.node);
  write(follow(evaluate(*chain.base), chain.steps, caller));
  return Flow::next;
}

Interpreter::Flow Interpreter::execute(const FilterBlock& block) {
  enter(block.scope);
  Text text;
  if (const Flow flow = execute_into(text, block.body); flow != Flow::next) return flow;
  write(follow(std::move(text), block.filters.steps));
  leave(block.scope);
  return Flow::next;
}

Interpreter::Flow Interpreter::execute(const With& with) {
  enter(with.scope);
  for (std::size_t i = 0; i < with.targets.size(); ++i) assign(with.targets[i], evaluate(with.values[i]));
  const Flow flow = execute(with.body);
  leave(with.scope);
  return flow;
}

Interpreter::Flow Interpreter::execute(const Generation& generation) {
  enter(generation.scope);
  execute(generation.body);
  leave(generation.scope);
  return Flow::next;
}

Interpreter::Flow Interpreter::execute(const For& loop) {
  const Value items = evaluate(loop.items);
  const std::shared_ptr<Activation> outside = active_;  // which a recursive loop changes
  if (loop.recursive) {
    append_text(*output_, run_recursive(loop, items, 0, outside), meter_);
    return Flow::next;
  }
  return loop.uses_loop || loop.test ? run_loop(loop, items, 0, outside) : run_plain_loop(loop, items);
}

// jinja2 runs the `else` of a loop unless an iteration came to the end of the body: one that was left by `break` or
// `continue` does not count.
Interpreter::Flow Interpreter::run_plain_loop(const For& loop, const Value& items) {
  const ListPointer list = iterate(items, meter_);
  bool completed = false;
  for (const Value& item : list->items) {
    assign(loop.target, item);
    enter(loop.scope);
    const Flow flow = execute(loop.body);
    if (flow == Flow::end_loop) break;
    if (flow == Flow::next) completed = true;
  }
  leave(loop.scope);
  return completed ? Flow::next : run_otherwise(loop);
}

Interpreter::Flow Interpreter::run_loop(const For& loop, const Value& items, std::size_t depth0,
                                        const std::shared_ptr<Activation>& outside) {
  const std::shared_ptr<Loop> state = make_loop(loop, items, outside);
  state->depth0 = depth0;
  if (loop.recursive) {
    state->recurse = [this, &loop, depth0, outside](const Value& inner) {
      return run_recursive(loop, inner, depth0 + 1, outside);
    };
  }
  bool completed = false;
  while (std::optional<Value> item = state->advance()) {
    assign(loop.target, *std::move(item));
    active_->slots[loop.loop_slot] = state;
    enter(loop.scope);
    const Flow flow = execute(loop.body);
    if (flow == Flow::end_loop) break;
    if (flow == Flow::next) completed = true;
  }
  leave(loop.scope);
  return completed ? Flow::next : run_otherwise(loop);
}

Interpreter::Flow Interpreter::run_otherwise(const For& loop) {
  if (loop.otherwise.empty()) return Flow::next;
  enter(loop.otherwise_scope);
  const Flow flow = execute(loop.otherwise);
  leave(loop.otherwise_scope);
  return flow;
}

std::shared_ptr<Loop> Interpreter::make_loop(const For& loop, const Value& items,
                                             const std::shared_ptr<Activation>& outside) {
  auto state = std::make_shared<Loop>();
  const ListPointer list = iterate(items, meter_);
  state->value_depth = list->depth + 1;
  meter_.check_value_depth(state->value_depth);
  if (!loop.test) {
    state->known_length = list->items.size();
    state->draw = [list, next = std::size_t{0}]() mutable {
      return next < list->items.size() ? std::optional(list->items[next++]) : std::nullopt;
    };
    return state;
  }
  const auto filter = activate(loop.filter, outside);
  state->draw = [this, &loop, list, filter, next = std::size_t{0}]() mutable -> std::optional<Value> {
    const std::size_t line = meter_.line;
    const auto before = std::exchange(active_, filter);
    std::optional<Value> found;
    while (!found && next < list->items.size()) {
      const Value& item = list->items[next++];
      enter(loop.filter.scope);
      assign(loop.filter_target, item);
      if (is_true(evaluate(*loop.test))) found = item;
    }
    active_ = before;
    meter_.line = line;
    return found;
  };
  return state;
}

Value Interpreter::run_recursive(const For& loop, const Value& items, std::size_t depth0,
                                 const std::shared_ptr<Activation>& outside) {
  const Descent descent(meter_);
  const auto before = std::exchange(active_, activate(loop.recursion, outside));
  Capture capture(*this);
  run_loop(loop, items, depth0, outside);
  active_ = before;
  return capture.take();
}

}  // namespace espalier::jinja
