#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/jinja/objects.hpp"
#include "models/jinja/text.hpp"
#include "models/jinja/value.hpp"

namespace espalier::jinja {

// What Python's operators and conversions do. Everything that fails in Python throws TemplateError here; so do integers
// that leave 64 bits, where Python would go on.

/// A bool, an int or a float.
struct Number {
  bool floating;
  std::int64_t integer;
  double real;
  double as_double() const { return floating ? real : static_cast<double>(integer); }
};
std::optional<Number> as_number(const Value& value);
/// A bool or an int, as an index or a count.
std::optional<std::int64_t> as_integer(const Value& value);

bool is_true(const Value& value);
bool equal(const Value& left, const Value& right, Meter& meter);
/// `sign` stands in the message for values that have no order.
std::partial_ordering compare(const Value& left, const Value& right, std::string_view sign, Meter& meter);
/// `item in container`.
bool contains(const Value& container, const Value& item, Meter& meter);
/// The very same object, as `is` compares.
bool identical(const Value& left, const Value& right);

enum class Arithmetic { add, subtract, multiply, divide, floor_divide, modulo, power };
Value calculate(Arithmetic operation, const Value& left, const Value& right, Meter& meter);
Value negate(const Value& value, Meter& meter);
Value unary_plus(const Value& value, Meter& meter);

/// str(value).
Text to_text(const Value& value, Meter& meter);
/// Like to_text, but markup stays markup.
Text to_soft_text(const Value& value, Meter& meter);
void append_text(TextBuilder& builder, const Value& value, Meter& meter);
/// repr(value).
void append_repr(TextBuilder& builder, const Value& value, Meter& meter);
std::string repr_of_double(double value);
/// HTML escapes; markup stays as it is.
Text escape(const Text& text, Meter& meter);
/// `text % values`.
Text format_percent(const Text& format, const Value& values, Meter& meter);

/// len(value); nothing for values without a length.
std::optional<std::size_t> length_of(const Value& value);
/// The items that a loop over the value sees; nothing for values that cannot be gone through. Takes what is left of an
/// iterator.
std::optional<ListPointer> try_iterate(const Value& value, Meter& meter);
/// As try_iterate, or throws.
ListPointer iterate(const Value& value, Meter& meter);
/// What a loop of ours goes through: `for (const Value& item : Each(value, meter))`.
class Each {
 public:
  Each(const Value& value, Meter& meter) : list_(iterate(value, meter)) {}
  auto begin() const { return list_->items.begin(); }
  auto end() const { return list_->items.end(); }

 private:
  ListPointer list_;
};
/// Makes a list within the limits.
Value make_list(std::vector<Value> items, Meter& meter, bool tuple = false);
Value make_iterator(std::vector<Value> items, Meter& meter);
/// text[index], the index being within bounds.
Text character_at(const Text& text, std::size_t index, Meter& meter);
/// value[start:stop:step]; monostate stands for what is left out.
Value slice(const Value& value, const Value& start, const Value& stop, const Value& step, Meter& meter);

/// Throws that something has the wrong type, or that it is undefined.
[[noreturn]] void fail_type(std::string_view what, const Value& value, Meter& meter);

}  // namespace espalier::jinja
