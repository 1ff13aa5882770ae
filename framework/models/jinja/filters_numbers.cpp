#include <charconv>
#include <cmath>

#include "models/jinja/filters.hpp"
#include "models/jinja/interpreter.hpp"
#include "models/jinja/number_text.hpp"

namespace espalier::jinja {
namespace {

Value absolute(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters none(meter, "abs", arguments, {});
  const std::optional<Number> number = as_number(value);
  if (!number) fail_type("the value of `abs`", value, meter);
  if (number->floating) return std::abs(number->real);
  return number->integer < 0 ? negate(value, meter) : Value(number->integer);
}

/// int(number); nothing where Python raises ValueError.
std::optional<Value> truncated(double number, Meter& meter) {
  if (std::isnan(number)) return std::nullopt;
  if (!(std::abs(number) < 9.2e18)) meter.fail("a number leaves the range of 64 bits");
  return static_cast<std::int64_t>(number);
}

Value to_integer(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "int", arguments, {"default", "base"});
  Value otherwise = given.value(0, 0);
  if (const std::optional<Number> number = as_number(value)) {
    if (!number->floating) return number->integer;
    return truncated(number->real, meter).value_or(otherwise);
  }
  if (value.is<Undefined>()) fail_type("the value of `int`", value, meter);
  const Text* text = value.get<Text>();
  if (!text) return otherwise;
  if (const auto integer = parse_integer(text->bytes(), given.integer(1, 10), meter)) return *integer;
  const std::optional<double> real = parse_real(text->bytes());
  return real && std::isfinite(*real) ? truncated(*real, meter).value_or(otherwise) : otherwise;
}

Value to_real(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters given(interpreter.meter(), "float", arguments, {"default"});
  Value otherwise = given.value(0, 0.0);
  if (const std::optional<Number> number = as_number(value)) return number->as_double();
  if (value.is<Undefined>()) fail_type("the value of `float`", value, interpreter.meter());
  const Text* text = value.get<Text>();
  const std::optional<double> real = text ? parse_real(text->bytes()) : std::nullopt;
  return real ? Value(*real) : otherwise;
}

/// round(number, places): to the nearest decimal, ties to even by the exact value.
double rounded(double number, std::int64_t places) {
  if (!std::isfinite(number) || places > 323) return number;
  if (places < -308) return std::copysign(0.0, number);
  if (places < 0) {
    const double scale = std::pow(10.0, static_cast<double>(-places));
    return std::nearbyint(number / scale) * scale;
  }
  char buffer[700];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed, static_cast<int>(places)).ptr;
  double result = 0;
  std::from_chars(buffer, end, result);
  return result;
}

Value rounded_integer(std::int64_t number, std::int64_t places, Meter& meter) {
  if (places >= 0) return number;
  if (places < -18) return 0;
  std::int64_t scale = 1;
  for (std::int64_t i = places; i < 0; ++i) scale *= 10;
  std::int64_t rest = number % scale;
  if (rest < 0) rest += scale;
  const std::int64_t down = number - rest;
  const bool up = rest > scale - rest || (rest == scale - rest && (down / scale) % 2 != 0);
  return up ? calculate(Arithmetic::add, down, scale, meter) : Value(down);
}

Value round_filter(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "round", arguments, {"precision", "method"});
  const std::int64_t places = given.integer(0, 0);
  const std::string_view method = given.has(1) ? given.text(1).bytes() : "common";
  if (method != "common" && method != "ceil" && method != "floor") {
    meter.fail("the method of `round` must be common, ceil or floor");
  }
  const std::optional<Number> number = as_number(value);
  if (!number) fail_type("the value of `round`", value, meter);
  if (method == "common") {
    return number->floating ? Value(rounded(number->real, places)) : rounded_integer(number->integer, places, meter);
  }
  const Value scale = calculate(Arithmetic::power, 10, places, meter);
  const Number scaled = *as_number(calculate(Arithmetic::multiply, value, scale, meter));
  if (!scaled.floating) return calculate(Arithmetic::divide, scaled.integer, scale, meter);
  const double whole = method == "ceil" ? std::ceil(scaled.real) : std::floor(scaled.real);
  if (!std::isfinite(whole)) meter.fail("a number cannot be rounded");
  // Python's floor and ceil make integers, which have no negative zero.
  const bool fits = std::abs(whole) < 9.2e18;
  return calculate(Arithmetic::divide, fits ? Value(static_cast<std::int64_t>(whole)) : Value(whole), scale, meter);
}

constexpr Method kFilters[] = {{"abs", absolute}, {"float", to_real}, {"int", to_integer}, {"round", round_filter}};

}  // namespace

std::span<const Method> number_filters() { return kFilters; }

}  // namespace espalier::jinja
