#include <functional>

#include "models/jinja/filters.hpp"
#include "models/jinja/interpreter.hpp"
#include "models/jinja/library.hpp"

namespace espalier::jinja {
namespace {

/// The arguments behind the first `count`.
CallArguments behind(const CallArguments& arguments, std::size_t count) {
  return {{arguments.positional.begin() + static_cast<std::ptrdiff_t>(count), arguments.positional.end()},
          arguments.named};
}

/// The name of a filter or test among the arguments.
std::string_view name_at(const CallArguments& arguments, std::size_t i, Meter& meter) {
  const Text* name = arguments.positional[i].get<Text>();
  if (!name) fail_type("the name of a filter or test", arguments.positional[i], meter);
  return name->bytes();
}

Value map_attribute(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "map", arguments, {"attribute", "default"});
  const AttributePath path(interpreter, given[0]);
  const bool has_default = given.has(1) && !given[1].is<None>();
  std::vector<Value> mapped;
  for (const Value& item : Each(value, meter)) mapped.push_back(path(item, has_default ? given[1] : Value()));
  return make_iterator(std::move(mapped), meter);
}

Value map(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  if (!is_true(value)) return make_iterator({}, meter);
  if (arguments.positional.empty()) {
    if (!arguments.find("attribute")) meter.fail("`map` needs the name of a filter, or an attribute");
    return map_attribute(interpreter, value, arguments);
  }
  const std::string_view name = name_at(arguments, 0, meter);
  const CallArguments rest = behind(arguments, 1);
  std::vector<Value> mapped;
  for (const Value& item : Each(value, meter)) mapped.push_back(interpreter.filter(name, item, rest));
  return make_iterator(std::move(mapped), meter);
}

/// Keeps the items for which a test holds, or those for which it does not; with `by_attribute`, the test sees an
/// attribute, whose path is the first argument.
template <bool keeps, bool by_attribute>
Value select(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  if (!is_true(value)) return make_iterator({}, meter);
  constexpr std::size_t at = by_attribute ? 1 : 0;
  if (arguments.positional.size() < at) meter.fail("the filter needs the name of an attribute");
  const AttributePath path(interpreter, by_attribute ? arguments.positional[0] : Value(None()));
  const bool has_test = arguments.positional.size() > at;
  const std::string_view name = has_test ? name_at(arguments, at, meter) : std::string_view();
  const CallArguments rest = has_test ? behind(arguments, at + 1) : CallArguments();
  std::vector<Value> kept;
  for (const Value& item : Each(value, meter)) {
    const Value seen = path(item);
    const bool holds = has_test ? interpreter.test(name, seen, rest) : is_true(seen);
    if (holds == keeps) kept.push_back(item);
  }
  return make_iterator(std::move(kept), meter);
}

Value attr(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters given(interpreter.meter(), "attr", arguments, {"name"}, 1);
  const std::string_view name = given.text(0).bytes();
  if (value.as_mapping() && !find_method(value, name)) {
    return Value::undefined("a dict has no attribute `" + std::string(name) + "`");
  }
  return interpreter.attribute(value, name);
}

constexpr Method kFilters[] = {{"attr", attr},
                               {"map", map},
                               {"reject", select<false, false>},
                               {"rejectattr", select<false, true>},
                               {"select", select<true, false>},
                               {"selectattr", select<true, true>}};

}  // namespace

std::span<const Method> selection_filters() { return kFilters; }

}  // namespace espalier::jinja
