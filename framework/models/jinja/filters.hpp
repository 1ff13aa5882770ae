#pragma once

#include <span>
#include <string_view>

#include "models/jinja/methods.hpp"

namespace espalier::jinja {

// The filters, by what they work on; each table is sorted by name.
std::span<const Method> text_filters();
std::span<const Method> number_filters();
std::span<const Method> sequence_filters();
std::span<const Method> selection_filters();

/// The filter `tojson`, as transformers defines it: not escaped for HTML, in UTF-8.
Value to_json(Interpreter& interpreter, const Value& value, const CallArguments& arguments);

/// Looks attributes up by a path with dots, as filters do that take an `attribute`.
class AttributePath {
 public:
  /// `attribute` may be a text, a number, or None for the value itself.
  AttributePath(Interpreter& interpreter, const Value& attribute);
  /// With a default, what is undefined on the way is that.
  Value operator()(const Value& value, const Value& otherwise = Value()) const;

 private:
  Interpreter& interpreter_;
  std::vector<Value> parts_;
};

/// Texts in lower case, all else as it is: what sorting compares unless it is case sensitive.
Value without_case(const Value& value, Meter& meter);

}  // namespace espalier::jinja
