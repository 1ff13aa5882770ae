#include <cmath>
#include <limits>
#include <string>

#include "models/jinja/python.hpp"

namespace espalier::jinja {
namespace {

constexpr std::string_view kSigns[] = {"+", "-", "*", "/", "//", "%", "**"};

[[noreturn]] void fail_overflow(Meter& meter) { meter.fail("an integer leaves the range of 64 bits"); }

[[noreturn]] void fail_zero(Meter& meter) { meter.fail("division by zero"); }

std::int64_t integer_power(std::int64_t base, std::int64_t exponent, Meter& meter) {
  std::int64_t result = 1;
  while (exponent > 0) {
    if (exponent % 2 == 1 && __builtin_mul_overflow(result, base, &result)) fail_overflow(meter);
    exponent /= 2;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) fail_overflow(meter);
  }
  return result;
}

Value real_power(double base, double exponent, Meter& meter) {
  if (base == 0 && exponent < 0) fail_zero(meter);
  if (base < 0 && std::isfinite(base) && std::isfinite(exponent) && exponent != std::floor(exponent)) {
    meter.fail("a power would be a complex number");
  }
  const double result = std::pow(base, exponent);
  if (std::isinf(result) && std::isfinite(base) && std::isfinite(exponent)) meter.fail("a power is too large");
  return result;
}

double real_modulo(double left, double right) {
  double rest = std::fmod(left, right);
  if (rest == 0) return std::copysign(0.0, right);
  return (rest < 0) != (right < 0) ? rest + right : rest;
}

double real_floor_divide(double left, double right) {
  const double rest = std::fmod(left, right);
  double quotient = (left - rest) / right;
  if (rest != 0 && (rest < 0) != (right < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(0.0, left / right);
  const double whole = std::floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

Value calculate_reals(Arithmetic operation, double left, double right, Meter& meter) {
  switch (operation) {
    case Arithmetic::add:
      return left + right;
    case Arithmetic::subtract:
      return left - right;
    case Arithmetic::multiply:
      return left * right;
    case Arithmetic::power:
      return real_power(left, right, meter);
    default:
      break;
  }
  if (right == 0) fail_zero(meter);
  if (operation == Arithmetic::divide) return left / right;
  return operation == Arithmetic::modulo ? real_modulo(left, right) : real_floor_divide(left, right);
}

Value calculate_integers(Arithmetic operation, std::int64_t left, std::int64_t right, Meter& meter) {
  std::int64_t result = 0;
  switch (operation) {
    case Arithmetic::add:
      if (__builtin_add_overflow(left, right, &result)) fail_overflow(meter);
      return result;
    case Arithmetic::subtract:
      if (__builtin_sub_overflow(left, right, &result)) fail_overflow(meter);
      return result;
    case Arithmetic::multiply:
      if (__builtin_mul_overflow(left, right, &result)) fail_overflow(meter);
      return result;
    case Arithmetic::power:
      if (right >= 0) return integer_power(left, right, meter);
      return real_power(static_cast<double>(left), static_cast<double>(right), meter);
    default:
      break;
  }
  if (right == 0) fail_zero(meter);
  if (operation == Arithmetic::divide) {
    return static_cast<double>(static_cast<long double>(left) / static_cast<long double>(right));
  }
  if (right == -1) {  // the one quotient that may overflow
    return operation == Arithmetic::modulo ? Value(0) : negate(left, meter);
  }
  const bool inexact = left % right != 0 && (left < 0) != (right < 0);
  if (operation == Arithmetic::modulo) return left % right + (inexact ? right : 0);
  return left / right - inexact;
}

/// value * count.
Value repeat(const Value& value, std::int64_t count, Meter& meter) {
  const auto times = static_cast<std::size_t>(std::max<std::int64_t>(count, 0));
  const auto refuse_over = [&](std::size_t size) {
    return size == 0 || times <= std::numeric_limits<std::size_t>::max() / size
               ? size * times
               : std::numeric_limits<std::size_t>::max();
  };
  if (const Text* text = value.get<Text>()) {
    if (text->empty()) return *text;
    meter.check_bytes(refuse_over(text->bytes().size()));
    TextBuilder builder(meter);
    for (std::size_t i = 0; i < times; ++i) builder.append(*text);
    return builder.take().as_markup(text->is_markup());
  }
  const List& list = *value.as_list();
  std::vector<Value> items;
  if (list.items.empty()) return value;
  meter.check_items(refuse_over(list.items.size()));
  meter.charge(refuse_over(list.items.size()));
  for (std::size_t i = 0; i < times; ++i) items.insert(items.end(), list.items.begin(), list.items.end());
  return make_list(std::move(items), meter, list.tuple);
}

Value add_texts(const Text& left, const Text& right, Meter& meter) {
  TextBuilder builder(meter);
  if (left.is_markup() || right.is_markup()) {
    builder.append(escape(left, meter));
    builder.append(escape(right, meter));
    return builder.take().as_markup();
  }
  builder.append(left);
  builder.append(right);
  return builder.take();
}

Value add_lists(const List& left, const List& right, Meter& meter) {
  meter.check_items(left.items.size() + right.items.size());
  std::vector<Value> items = left.items;
  items.insert(items.end(), right.items.begin(), right.items.end());
  return make_list(std::move(items), meter, left.tuple);
}

bool is_repeatable(const Value& value) { return value.is<Text>() || value.as_list(); }

}  // namespace

Value calculate(Arithmetic operation, const Value& left, const Value& right, Meter& meter) {
  const std::optional<Number> number = as_number(left), other = as_number(right);
  if (number && other) {
    if (!number->floating && !other->floating) {
      return calculate_integers(operation, number->integer, other->integer, meter);
    }
    return calculate_reals(operation, number->as_double(), other->as_double(), meter);
  }
  const Text* text = left.get<Text>();
  if (operation == Arithmetic::add) {
    if (text && right.is<Text>()) return add_texts(*text, *right.get<Text>(), meter);
    const List *list = left.as_list(), *other_list = right.as_list();
    if (list && other_list && list->tuple == other_list->tuple) return add_lists(*list, *other_list, meter);
  }
  if (operation == Arithmetic::multiply) {
    if (is_repeatable(left) && as_integer(right)) return repeat(left, *as_integer(right), meter);
    if (is_repeatable(right) && as_integer(left)) return repeat(right, *as_integer(left), meter);
  }
  if (operation == Arithmetic::modulo && text) return format_percent(*text, right, meter);
  for (const Value* value : {&left, &right}) {
    if (const Undefined* undefined = value->get<Undefined>()) meter.fail(*undefined->why);
  }
  meter.fail("`" + std::string(kSigns[static_cast<int>(operation)]) + "` cannot take a value of type " +
             std::string(left.type_name()) + " and one of type " + std::string(right.type_name()));
}

Value negate(const Value& value, Meter& meter) {
  const std::optional<Number> number = as_number(value);
  if (!number) fail_type("the operand of `-`", value, meter);
  if (number->floating) return -number->real;
  if (number->integer == std::numeric_limits<std::int64_t>::min()) fail_overflow(meter);
  return -number->integer;
}

Value unary_plus(const Value& value, Meter& meter) {
  const std::optional<Number> number = as_number(value);
  if (!number) fail_type("the operand of `+`", value, meter);
  return number->floating ? Value(number->real) : Value(number->integer);
}

}  // namespace espalier::jinja
