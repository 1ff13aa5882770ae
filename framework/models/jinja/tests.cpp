#include <algorithm>
#include <string>

#include "models/jinja/interpreter.hpp"
#include "models/jinja/library.hpp"
#include "models/jinja/unicode.hpp"

namespace espalier::jinja {
namespace {

/// Tests that take no arguments and need nothing but the value.
template <bool (*holds)(const Value&)>
Value plain(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "is", arguments, {});
  return holds(value);
}

bool is_defined(const Value& value) { return !value.is<Undefined>(); }
bool is_undefined(const Value& value) { return value.is<Undefined>(); }
bool is_none(const Value& value) { return value.is<None>(); }
bool is_boolean(const Value& value) { return value.is<bool>(); }
bool is_false(const Value& value) { return value.is<bool>() && !*value.get<bool>(); }
bool is_literally_true(const Value& value) { return value.is<bool>() && *value.get<bool>(); }
bool is_integer(const Value& value) { return value.is<std::int64_t>(); }
bool is_float(const Value& value) { return value.is<double>(); }
bool is_number(const Value& value) { return as_number(value).has_value(); }
bool is_string(const Value& value) { return value.is<Text>(); }
bool is_mapping(const Value& value) { return value.as_mapping() != nullptr; }
bool is_escaped(const Value& value) { return value.is<Text>() && value.get<Text>()->is_markup(); }

bool is_sequence(const Value& value) {
  return value.is<Text>() || value.is<Undefined>() || value.as_list() || value.as_mapping() || value.as_range();
}

bool is_iterable(const Value& value) {
  return is_sequence(value) || value.as_view() || value.as_iterator() || value.as_loop();
}

bool is_callable(const Value& value) { return value.as_function() || value.as_loop() || value.is<Undefined>(); }

/// Whether there are letters with a case, and all of them have the right one.
template <bool (*right)(char32_t), bool (*wrong)(char32_t)>
Value has_case(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "is", arguments, {});
  const Text text = to_text(value, interpreter.meter());
  interpreter.meter().charge_bytes(text.bytes().size());
  bool found = false;
  for (std::size_t at = 0; at < text.bytes().size();) {
    const char32_t character = next_character(text.bytes(), at);
    if (wrong(character) || (is_cased(character) && !right(character))) return false;
    found |= right(character);
  }
  return found;
}

Value remainder_is(Interpreter& interpreter, const Value& value, const Value& divisor, int rest) {
  Meter& meter = interpreter.meter();
  return equal(calculate(Arithmetic::modulo, value, divisor, meter), rest, meter);
}

Value odd(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "odd", arguments, {});
  return remainder_is(interpreter, value, 2, 1);
}

Value even(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "even", arguments, {});
  return remainder_is(interpreter, value, 2, 0);
}

Value divisible_by(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters given(interpreter.meter(), "divisibleby", arguments, {"num"}, 1);
  return remainder_is(interpreter, value, given[0], 0);
}

Value is_filter(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "filter", arguments, {});
  hash_of(value, interpreter.meter());  // it is looked up in a dict
  return value.is<Text>() && find_filter(value.get<Text>()->bytes());
}

Value is_test(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "test", arguments, {});
  hash_of(value, interpreter.meter());  // it is looked up in a dict
  return value.is<Text>() && find_test(value.get<Text>()->bytes());
}

Value same_as(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters given(interpreter.meter(), "sameas", arguments, {"other"}, 1);
  return identical(value, given[0]);
}

Value in(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters given(interpreter.meter(), "in", arguments, {"seq"}, 1);
  return contains(given[0], value, interpreter.meter());
}

template <Relation relation>
Value relates(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "comparison", arguments, {"other"}, 1);
  switch (relation) {
    case Relation::equal:
      return equal(value, given[0], meter);
    case Relation::unequal:
      return !equal(value, given[0], meter);
    case Relation::less:
      return std::is_lt(compare(value, given[0], "<", meter));
    case Relation::less_equal:
      return std::is_lteq(compare(value, given[0], "<=", meter));
    case Relation::greater:
      return std::is_gt(compare(value, given[0], ">", meter));
    default:
      return std::is_gteq(compare(value, given[0], ">=", meter));
  }
}

constexpr std::pair<std::string_view, Function::Native> kTests[] = {
    {"!=", relates<Relation::unequal>},
    {"<", relates<Relation::less>},
    {"<=", relates<Relation::less_equal>},
    {"==", relates<Relation::equal>},
    {">", relates<Relation::greater>},
    {">=", relates<Relation::greater_equal>},
    {"boolean", plain<is_boolean>},
    {"callable", plain<is_callable>},
    {"defined", plain<is_defined>},
    {"divisibleby", divisible_by},
    {"eq", relates<Relation::equal>},
    {"equalto", relates<Relation::equal>},
    {"escaped", plain<is_escaped>},
    {"even", even},
    {"false", plain<is_false>},
    {"filter", is_filter},
    {"float", plain<is_float>},
    {"ge", relates<Relation::greater_equal>},
    {"greaterthan", relates<Relation::greater>},
    {"gt", relates<Relation::greater>},
    {"in", in},
    {"integer", plain<is_integer>},
    {"iterable", plain<is_iterable>},
    {"le", relates<Relation::less_equal>},
    {"lessthan", relates<Relation::less>},
    {"lower", has_case<is_lower, is_upper>},
    {"lt", relates<Relation::less>},
    {"mapping", plain<is_mapping>},
    {"ne", relates<Relation::unequal>},
    {"none", plain<is_none>},
    {"number", plain<is_number>},
    {"odd", odd},
    {"sameas", same_as},
    {"sequence", plain<is_sequence>},
    {"string", plain<is_string>},
    {"test", is_test},
    {"true", plain<is_literally_true>},
    {"undefined", plain<is_undefined>},
    {"upper", has_case<is_upper, is_lower>},
};

}  // namespace

Function::Native find_test(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kTests, name, {}, &std::pair<std::string_view, Function::Native>::first);
  return found != std::end(kTests) && found->first == name ? found->second : nullptr;
}

std::string no_test(std::string_view name) { return "there is no test `" + std::string(name) + "`"; }

}  // namespace espalier::jinja
