#include <algorithm>
#include <cmath>

#include "models/jinja/python.hpp"

namespace espalier::jinja {
namespace {

/// Exact, whatever the two are: a long double holds every int and every double.
std::partial_ordering compare_numbers(const Number& left, const Number& right) {
  if (!left.floating && !right.floating) return left.integer <=> right.integer;
  const auto exact = [](const Number& number) {
    return number.floating ? static_cast<long double>(number.real) : static_cast<long double>(number.integer);
  };
  return exact(left) <=> exact(right);
}

bool equal_mappings(const Mapping& left, const Mapping& right, Meter& meter) {
  if (left.entries().size() != right.entries().size()) return false;
  return std::ranges::all_of(left.entries(), [&](const auto& entry) {
    const Value* other = right.find(entry.first, meter);
    return other && equal(entry.second, *other, meter);
  });
}

bool equal_ranges(const Range& left, const Range& right) {
  const std::size_t length = left.length();
  if (length != right.length()) return false;
  return length == 0 || (left.start == right.start && (length == 1 || left.step == right.step));
}

bool equal_lists(const List& left, const List& right, Meter& meter) {
  return left.tuple == right.tuple && std::ranges::equal(left.items, right.items, [&](const Value& a, const Value& b) {
           return equal(a, b, meter);
         });
}

}  // namespace

void fail_type(std::string_view what, const Value& value, Meter& meter) {
  if (const Undefined* undefined = value.get<Undefined>()) meter.fail(*undefined->why);
  meter.fail(std::string(what) + " cannot be a value of type " + std::string(value.type_name()));
}

std::optional<Number> as_number(const Value& value) {
  if (const bool* truth = value.get<bool>()) return Number{false, *truth, 0};
  if (const std::int64_t* integer = value.get<std::int64_t>()) return Number{false, *integer, 0};
  if (const double* real = value.get<double>()) return Number{true, 0, *real};
  return std::nullopt;
}

std::optional<std::int64_t> as_integer(const Value& value) {
  const std::optional<Number> number = as_number(value);
  if (!number || number->floating) return std::nullopt;
  return number->integer;
}

bool is_true(const Value& value) {
  if (value.is_missing() || value.is<Undefined>() || value.is<None>()) return false;
  if (const std::optional<Number> number = as_number(value)) {
    return number->floating ? number->real != 0 : number->integer != 0;
  }
  return length_of(value) != std::size_t{0};
}

bool identical(const Value& left, const Value& right) {
  if (left.content().index() != right.content().index()) return false;
  return std::visit(
      [&]<class T>(const T& content) {
        const T& other = std::get<T>(right.content());
        if constexpr (std::is_same_v<T, Text>) {
          return content.bytes() == other.bytes();
        } else if constexpr (std::is_same_v<T, Undefined>) {
          return content.why == other.why;
        } else if constexpr (std::is_empty_v<T>) {
          return true;
        } else {
          return content == other;
        }
      },
      left.content());
}

bool equal(const Value& left, const Value& right, Meter& meter) {
  meter.charge(1);
  if (const Text* text = left.get<Text>()) {
    const Text* other = right.get<Text>();
    if (!other) return false;
    meter.charge_bytes(text->bytes().size());
    return text->bytes() == other->bytes();
  }
  if (const std::optional<Number> number = as_number(left)) {
    const std::optional<Number> other = as_number(right);
    return other && compare_numbers(*number, *other) == std::partial_ordering::equivalent;
  }
  if (left.is<Undefined>()) return right.is<Undefined>();
  if (identical(left, right)) return true;
  if (const List* list = left.as_list()) {
    const Descent descent(meter);
    return right.as_list() && equal_lists(*list, *right.as_list(), meter);
  }
  if (const Mapping* mapping = left.as_mapping()) {
    const Descent descent(meter);
    return right.as_mapping() && equal_mappings(*mapping, *right.as_mapping(), meter);
  }
  if (const Range* range = left.as_range()) return right.as_range() && equal_ranges(*range, *right.as_range());
  return false;
}

std::partial_ordering compare(const Value& left, const Value& right, std::string_view sign, Meter& meter) {
  meter.charge(1);
  const std::optional<Number> number = as_number(left), other = as_number(right);
  if (number && other) return compare_numbers(*number, *other);
  const Text *text = left.get<Text>(), *other_text = right.get<Text>();
  if (text && other_text) {
    meter.charge_bytes(std::min(text->bytes().size(), other_text->bytes().size()));
    return text->bytes() <=> other_text->bytes();  // the order of UTF-8 is that of its characters
  }
  const List *list = left.as_list(), *other_list = right.as_list();
  if (list && other_list && list->tuple == other_list->tuple) {
    const Descent descent(meter);
    const std::size_t common = std::min(list->items.size(), other_list->items.size());
    for (std::size_t i = 0; i < common; ++i) {
      if (!equal(list->items[i], other_list->items[i], meter)) {
        return compare(list->items[i], other_list->items[i], sign, meter);
      }
    }
    return list->items.size() <=> other_list->items.size();
  }
  for (const Value* value : {&left, &right}) {
    if (const Undefined* undefined = value->get<Undefined>()) meter.fail(*undefined->why);
  }
  meter.fail("`" + std::string(sign) + "` cannot compare a value of type " + std::string(left.type_name()) +
             " with one of type " + std::string(right.type_name()));
}

bool contains(const Value& container, const Value& item, Meter& meter) {
  if (const Text* text = container.get<Text>()) {
    const Text* part = item.get<Text>();
    if (!part) fail_type("what is looked for in a text", item, meter);
    meter.charge_bytes(text->bytes().size());
    return text->bytes().find(part->bytes()) != std::string_view::npos;
  }
  if (const Mapping* mapping = container.as_mapping()) return mapping->find(item, meter) != nullptr;
  if (const View* view = container.as_view(); view && view->part == View::Part::keys) {
    return view->mapping->find(item, meter) != nullptr;
  }
  const ListPointer items = iterate(container, meter);
  return std::ranges::any_of(items->items, [&](const Value& one) { return equal(one, item, meter); });
}

}  // namespace espalier::jinja
