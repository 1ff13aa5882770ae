#include <algorithm>
#include <limits>

#include "models/jinja/filters.hpp"
#include "models/jinja/interpreter.hpp"
#include "models/jinja/text_operations.hpp"

namespace espalier::jinja {
namespace {

Value batch(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "batch", arguments, {"linecount", "fill_with"}, 1);
  const std::int64_t size = given.integer(0, 0);
  std::vector<Value> rows, row;
  for (const Value& item : Each(value, meter)) {
    if (static_cast<std::int64_t>(row.size()) == size) rows.push_back(make_list(std::exchange(row, {}), meter));
    row.push_back(item);
  }
  if (!row.empty()) {
    const bool fills = given.has(1) && !given[1].is<None>() && static_cast<std::int64_t>(row.size()) < size;
    if (fills) meter.check_items(static_cast<std::size_t>(size));
    if (fills) row.resize(static_cast<std::size_t>(size), given[1]);
    rows.push_back(make_list(std::move(row), meter));
  }
  return make_iterator(std::move(rows), meter);
}

Value slice_filter(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "slice", arguments, {"slices", "fill_with"}, 1);
  const std::int64_t slices = given.integer(0, 0);
  const ListPointer list = iterate(value, meter);
  if (slices == 0) meter.fail("division by zero");
  meter.check_items(static_cast<std::size_t>(std::max<std::int64_t>(slices, 0)));
  const auto length = static_cast<std::int64_t>(list->items.size());
  std::vector<Value> parts;
  parts.reserve(static_cast<std::size_t>(std::max<std::int64_t>(slices, 0)));
  std::int64_t begin = 0;
  for (std::int64_t i = 0; i < slices; ++i) {
    const bool longer = i < length % slices;
    const std::int64_t end = begin + length / slices + longer;
    std::vector<Value> part(list->items.begin() + begin, list->items.begin() + end);
    if (given.has(1) && !given[1].is<None>() && !longer) part.push_back(given[1]);
    parts.push_back(make_list(std::move(part), meter));
    begin = end;
  }
  return make_iterator(std::move(parts), meter);
}

Value length(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "length", arguments, {});
  const std::optional<std::size_t> size = length_of(value);
  if (!size) fail_type("what `length` counts", value, interpreter.meter());
  return *size;
}

Value default_filter(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters given(interpreter.meter(), "default", arguments, {"default_value", "boolean"});
  const bool missing = value.is<Undefined>() || (given.truth(1, false) && !is_true(value));
  return missing ? given.value(0, Text()) : value;
}

Value first(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters none(meter, "first", arguments, {});
  if (Iterator* iterator = value.as_iterator()) {
    if (iterator->next < iterator->items.size()) return iterator->items[iterator->next++];
  } else if (const Text* text = value.get<Text>(); text && !text->empty()) {
    return character_at(*text, 0, meter);
  } else if (const ListPointer list = iterate(value, meter); !list->items.empty()) {
    return list->items.front();
  }
  return Value::undefined("there is no first item, the sequence is empty");
}

Value last(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters none(meter, "last", arguments, {});
  if (value.as_iterator()) fail_type("what `last` looks at", value, meter);
  if (const Text* text = value.get<Text>(); text && !text->empty()) return slice(value, -1, {}, {}, meter);
  const ListPointer list = iterate(value, meter);
  return list->items.empty() ? Value::undefined("there is no last item, the sequence is empty") : list->items.back();
}

Value list_filter(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "list", arguments, {});
  return make_list(iterate(value, interpreter.meter())->items, interpreter.meter());
}

Value items(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters none(meter, "items", arguments, {});
  if (value.is<Undefined>()) return make_iterator({}, meter);
  const auto* mapping = value.get<std::shared_ptr<const Mapping>>();
  if (!mapping) fail_type("what `items` lists", value, meter);
  return make_iterator(View{*mapping, View::Part::items}.items(), meter);
}

Value reverse(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters none(meter, "reverse", arguments, {});
  if (value.is<Text>()) return slice(value, {}, {}, -1, meter);
  std::vector<Value> items = iterate(value, meter)->items;
  std::ranges::reverse(items);
  return value.as_iterator() ? make_list(std::move(items), meter) : make_iterator(std::move(items), meter);
}

/// Items with their keys, sorted by these. Equal ones keep their order.
std::vector<Value> sorted(const std::vector<Value>& items, const std::vector<Value>& keys, bool reverse, Meter& meter) {
  std::vector<std::size_t> order(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return std::is_lt(compare(keys[reverse ? b : a], keys[reverse ? a : b], "<", meter));
  });
  std::vector<Value> result;
  result.reserve(items.size());
  for (const std::size_t i : order) result.push_back(items[i]);
  return result;
}

Value sort(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "sort", arguments, {"reverse", "case_sensitive", "attribute"});
  std::vector<AttributePath> paths;
  if (given.has(2) && given[2].is<Text>()) {
    for (const Text& path : split(given.text(2), Text(","), -1, false, meter)) paths.emplace_back(interpreter, path);
  } else {
    paths.emplace_back(interpreter, given.value(2, None()));
  }
  const ListPointer list = iterate(value, meter);
  std::vector<Value> keys;
  for (const Value& item : list->items) {
    std::vector<Value> key;
    key.reserve(paths.size());
    for (const AttributePath& path : paths) {
      key.push_back(given.truth(1, false) ? path(item) : without_case(path(item), meter));
    }
    keys.push_back(make_list(std::move(key), meter));
  }
  return make_list(sorted(list->items, keys, given.truth(0, false), meter), meter);
}

Value dict_sort(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "dictsort", arguments, {"case_sensitive", "by", "reverse"});
  const std::string_view by = given.has(1) ? given.text(1).bytes() : "key";
  if (by != "key" && by != "value") meter.fail("`dictsort` sorts by \"key\" or \"value\"");
  const auto* mapping = value.get<std::shared_ptr<const Mapping>>();
  if (!mapping) fail_type("what `dictsort` sorts", value, meter);
  std::vector<Value> keys;
  for (const auto& [key, member] : (*mapping)->entries()) {
    const Value& chosen = by == "key" ? key : member;
    keys.push_back(given.truth(0, false) ? chosen : without_case(chosen, meter));
  }
  return make_list(sorted(View{*mapping, View::Part::items}.items(), keys, given.truth(2, false), meter), meter);
}

Value unique(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "unique", arguments, {"case_sensitive", "attribute"});
  const AttributePath path(interpreter, given.value(1, None()));
  Mapping seen;
  std::vector<Value> kept;
  for (const Value& item : Each(value, meter)) {
    Value key = given.truth(0, false) ? path(item) : without_case(path(item), meter);
    if (seen.find(key, meter)) continue;
    seen.set(std::move(key), true, meter);
    kept.push_back(item);
  }
  return make_iterator(std::move(kept), meter);
}

template <bool greatest>
Value extreme(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, greatest ? "max" : "min", arguments, {"case_sensitive", "attribute"});
  const AttributePath path(interpreter, given.value(1, None()));
  Value best = Value::undefined("there is no item, the sequence is empty"), best_key;
  for (const Value& item : Each(value, meter)) {
    Value key = given.truth(0, false) ? path(item) : without_case(path(item), meter);
    const bool better = best_key.is_missing() || (greatest ? std::is_gt(compare(key, best_key, ">", meter))
                                                           : std::is_lt(compare(key, best_key, "<", meter)));
    if (!better) continue;
    best = item;
    best_key = std::move(key);
  }
  return best;
}

Value sum(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "sum", arguments, {"attribute", "start"});
  const AttributePath path(interpreter, given.value(0, None()));
  Value total = given.value(1, 0);
  if (total.is<Text>()) meter.fail("`sum` adds no texts; use `join`");
  for (const Value& item : Each(value, meter)) total = calculate(Arithmetic::add, total, path(item), meter);
  return total;
}

constexpr Method kFilters[] = {
    {"batch", batch},        {"count", length},       {"d", default_filter},  {"default", default_filter},
    {"dictsort", dict_sort}, {"first", first},        {"items", items},       {"last", last},
    {"length", length},      {"list", list_filter},   {"max", extreme<true>}, {"min", extreme<false>},
    {"reverse", reverse},    {"slice", slice_filter}, {"sort", sort},         {"sum", sum},
    {"unique", unique},
};

}  // namespace

std::span<const Method> sequence_filters() { return kFilters; }

}  // namespace espalier::jinja
