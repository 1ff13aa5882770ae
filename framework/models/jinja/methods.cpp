#include "models/jinja/methods.hpp"

#include <algorithm>
#include <cmath>

#include "models/jinja/interpreter.hpp"
#include "models/jinja/library.hpp"

namespace espalier::jinja {
namespace {

Value get(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  const Parameters given(interpreter.meter(), "get", arguments, {"key", "default"}, 1);
  const Value* found = self.as_mapping()->find(given[0], interpreter.meter());
  return found ? *found : given.value(1, None());
}

template <View::Part part>
Value view(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "a view of a dict", arguments, {});
  interpreter.meter().check_value_depth(self.depth() + 1);
  return std::make_shared<const View>(View{*self.get<std::shared_ptr<const Mapping>>(), part});
}

Value copy(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "copy", arguments, {});
  return self;
}

Value count(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "count", arguments, {"value"}, 1);
  return std::ranges::count_if(iterate(self, meter)->items,
                               [&](const Value& item) { return equal(item, given[0], meter); });
}

Value index(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "index", arguments, {"value", "start", "stop"}, 1);
  const ListPointer list = iterate(self, meter);
  const auto length = static_cast<std::int64_t>(list->items.size());
  const auto clip = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + length : at, 0, length); };
  for (std::int64_t i = clip(given.integer(1, 0)); i < clip(given.integer(2, length)); ++i) {
    if (equal(list->items[static_cast<std::size_t>(i)], given[0], meter)) return i;
  }
  meter.fail("a list does not contain what `index` looks for");
}

Value is_integer(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "is_integer", arguments, {});
  const double value = *self.get<double>();
  return std::isfinite(value) && value == std::floor(value);
}

// Methods that change what they belong to are left out: the sandbox takes them for undefined.
constexpr Method kMappingMethods[] = {{"copy", copy},
                                      {"get", get},
                                      {"items", view<View::Part::items>},
                                      {"keys", view<View::Part::keys>},
                                      {"values", view<View::Part::values>}};
constexpr Method kListMethods[] = {{"copy", copy}, {"count", count}, {"index", index}};
constexpr Method kTupleMethods[] = {{"count", count}, {"index", index}};
constexpr Method kFloatMethods[] = {{"is_integer", is_integer}};

std::span<const Method> methods_of(const Value& self) {
  if (self.is<Text>()) return text_methods();
  if (self.as_mapping()) return kMappingMethods;
  if (const List* list = self.as_list()) {
    return list->tuple ? std::span<const Method>(kTupleMethods) : std::span<const Method>(kListMethods);
  }
  if (self.as_range()) return kTupleMethods;
  if (self.is<double>()) return kFloatMethods;
  return {};
}

}  // namespace

Function::Native find_method(const Value& self, std::string_view name) {
  const std::span<const Method> methods = methods_of(self);
  const auto found = std::ranges::lower_bound(methods, name, {}, &Method::name);
  return found != methods.end() && found->name == name ? found->native : nullptr;
}

}  // namespace espalier::jinja
