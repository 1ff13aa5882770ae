#include <utility>

#include "models/jinja/interpreter.hpp"
#include "models/jinja/library.hpp"

namespace espalier::jinja {
namespace {

Value none_such(const Value& value, std::string_view name) {
  return Value::undefined("a value of type " + std::string(value.type_name()) + " has no attribute `" +
                          std::string(name) + "`");
}

Value or_nothing(const Value* value, const char* what) { return value ? *value : Value::undefined(what); }

Value cycle(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  if (arguments.positional.empty()) interpreter.meter().fail("`loop.cycle` needs something to go through");
  const auto index = static_cast<std::size_t>(self.as_loop()->index0);
  return arguments.positional[index % arguments.positional.size()];
}

Value changed(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  const auto loop = *self.get<std::shared_ptr<Loop>>();
  const std::vector<Value>& now = arguments.positional;
  bool same = loop->changed && loop->changed->size() == now.size();
  for (std::size_t i = 0; same && i < now.size(); ++i) same = equal((*loop->changed)[i], now[i], interpreter.meter());
  if (same) return false;
  if (!loop->changed) interpreter.keep(loop);
  loop->changed = now;
  return true;
}

Value method(std::string_view name, Function::Native native, const Value& self, Meter& meter) {
  meter.check_value_depth(self.depth() + 1);
  return std::make_shared<const Function>(Function{std::string(name), native, self, nullptr, nullptr});
}

/// A position in a sequence of some length; nothing where there is none. Negative ones count from the end.
std::optional<std::size_t> position(std::optional<std::int64_t> index, std::size_t length) {
  if (!index) return std::nullopt;
  const std::int64_t at = *index < 0 ? *index + static_cast<std::int64_t>(length) : *index;
  if (at < 0 || at >= static_cast<std::int64_t>(length)) return std::nullopt;
  return static_cast<std::size_t>(at);
}

bool is_hashable(const Value& key) {
  if (const List* list = key.as_list()) {
    if (!list->tuple) return false;
    for (const Value& item : list->items) {
      if (!is_hashable(item)) return false;
    }
    return true;
  }
  return !key.as_mapping() && !key.as_view();
}

}  // namespace

Value Interpreter::loop_attribute(Loop& loop, const Value& value, std::string_view name) {
  if (name == "index") return loop.index0 + 1;
  if (name == "index0") return loop.index0;
  if (name == "first") return loop.index0 == 0;
  if (name == "last") return loop.peek() == nullptr;
  if (name == "length") return loop.length();
  if (name == "revindex") return static_cast<std::int64_t>(loop.length()) - loop.index0;
  if (name == "revindex0") return static_cast<std::int64_t>(loop.length()) - loop.index0 - 1;
  if (name == "depth") return loop.depth0 + 1;
  if (name == "depth0") return loop.depth0;
  if (name == "previtem") return or_nothing(loop.index0 > 0 ? &*loop.previous : nullptr, "there is no previous item");
  if (name == "nextitem") return or_nothing(loop.peek(), "there is no next item");
  if (name == "cycle") return method("cycle", cycle, value, meter_);
  if (name == "changed") return method("changed", changed, value, meter_);
  return none_such(value, name);
}

Value Interpreter::attribute(const Value& value, std::string_view name) {
  if (const Undefined* undefined = value.get<Undefined>()) meter_.fail(*undefined->why);
  if (const Namespace* names = value.as_namespace()) {
    const Value* found = names->attributes.find(name);
    return found ? *found : none_such(value, name);
  }
  if (Loop* loop = value.as_loop()) return loop_attribute(*loop, value, name);
  if (const Function::Native native = find_method(value, name)) return method(name, native, value, meter_);
  if (const Mapping* mapping = value.as_mapping()) {
    if (const Value* found = mapping->find(name)) return *found;
  }
  if (const Function* function = value.as_function(); function && function->macro && name == "name") {
    return function->name;
  }
  if (const Range* range = value.as_range()) {
    if (name == "start") return range->start;
    if (name == "stop") return range->stop;
    if (name == "step") return range->step;
  }
  return none_such(value, name);
}

Value Interpreter::item(const Value& value, const Value& key) {
  meter_.charge(1);
  if (const Undefined* undefined = value.get<Undefined>()) meter_.fail(*undefined->why);
  if (const Mapping* mapping = value.as_mapping()) {
    if (!is_hashable(key)) return none_such(value, "[...]");
    if (const Value* found = mapping->find(key, meter_)) return *found;
  } else if (const std::optional<std::int64_t> index = as_integer(key)) {
    const bool indexable = value.is<Text>() || value.as_list() || value.as_range();
    const auto at = indexable ? position(index, *length_of(value)) : std::nullopt;
    if (!at) return none_such(value, "[" + std::to_string(*index) + "]");
    if (const List* list = value.as_list()) return list->items[*at];
    if (const Range* range = value.as_range()) return range->at(*at);
    return character_at(*value.get<Text>(), *at, meter_);
  }
  if (const Text* name = key.get<Text>()) {
    // The keys of a mapping were looked through; what is left are its methods.
    if (const Function::Native native = find_method(value, name->bytes())) {
      return method(name->bytes(), native, value, meter_);
    }
    if (!value.as_mapping()) return attribute(value, name->bytes());
  }
  return none_such(value, "[...]");
}

Value Interpreter::filter(std::string_view name, const Value& value, const CallArguments& arguments) {
  const Function::Native native = find_filter(name);
  if (!native) meter_.fail(no_filter(name));
  const Descent descent(meter_);
  meter_.charge(1);
  return native(*this, value, arguments);
}

bool Interpreter::test(std::string_view name, const Value& value, const CallArguments& arguments) {
  const Function::Native native = find_test(name);
  if (!native) meter_.fail(no_test(name));
  const Descent descent(meter_);
  meter_.charge(1);
  return is_true(native(*this, value, arguments));
}

}  // namespace espalier::jinja
