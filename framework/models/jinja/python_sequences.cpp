#include <algorithm>

#include "models/jinja/python.hpp"
#include "models/jinja/unicode.hpp"

namespace espalier::jinja {
namespace {

std::vector<Value> characters(const Text& text, Meter& meter) {
  meter.check_items(text.length());
  meter.charge(2 * text.length());
  std::vector<Value> items;
  items.reserve(text.length());
  text.for_each_run(0, text.bytes().size(), [&](std::string_view run, bool mark) {
    for (std::size_t at = 0; at < run.size();) {
      const std::size_t begin = at;
      next_character(run, at);
      items.emplace_back(Text(std::string(run.substr(begin, at - begin)), mark));
    }
  });
  return items;
}

std::vector<Value> numbers(const Range& range) {
  std::vector<Value> items;
  items.reserve(range.length());
  for (std::size_t i = 0; i < range.length(); ++i) items.emplace_back(range.at(i));
  return items;
}

/// The indices that a slice of a sequence of some length takes, as Python computes them.
struct Indices {
  std::int64_t start, stop, step;
  std::size_t count;
};

std::optional<std::int64_t> bound(const Value& value, Meter& meter) {
  if (value.is_missing() || value.is<None>()) return std::nullopt;
  const std::optional<std::int64_t> integer = as_integer(value);
  if (!integer) fail_type("the bound of a slice", value, meter);
  return integer;
}

Indices indices(std::size_t size, const Value& start, const Value& stop, const Value& step, Meter& meter) {
  const auto length = static_cast<std::int64_t>(size);
  const std::int64_t stride = bound(step, meter).value_or(1);
  if (stride == 0) meter.fail("the step of a slice is zero");
  const std::int64_t low = stride < 0 ? -1 : 0, high = stride < 0 ? length - 1 : length;
  const auto clip = [&](std::optional<std::int64_t> index, std::int64_t otherwise) {
    if (!index) return otherwise;
    if (*index < 0) return *index < -length ? low : std::max(*index + length, low);
    return std::min(*index, high);
  };
  const std::int64_t begin = clip(bound(start, meter), stride < 0 ? high : low);
  const std::int64_t end = clip(bound(stop, meter), stride < 0 ? low : high);
  const Range range{begin, end, stride};
  return {begin, end, stride, range.length()};
}

Value slice_text(const Text& text, const Indices& taken, Meter& meter) {
  meter.charge_bytes(text.bytes().size());
  if (taken.count == 0) return Text().as_markup(text.is_markup());
  if (taken.step == 1) {
    const std::size_t begin = text.offset_of(static_cast<std::size_t>(taken.start));
    std::size_t end = begin;
    if (text.is_ascii()) {
      end += taken.count;
    } else {
      for (std::size_t i = 0; i < taken.count; ++i) next_character(text.bytes(), end);
    }
    return text.part(begin, end);
  }
  std::vector<std::size_t> offsets;  // of all characters, and the end
  offsets.reserve(text.length() + 1);
  for (std::size_t at = 0; at < text.bytes().size();) {
    offsets.push_back(at);
    next_character(text.bytes(), at);
  }
  offsets.push_back(text.bytes().size());
  const Range range{taken.start, 0, taken.step};
  std::string bytes;
  TextBuilder builder(meter);
  meter.charge(taken.count);
  for (std::size_t i = 0; i < taken.count; ++i) {
    const auto index = static_cast<std::size_t>(range.at(i));
    builder.append(text.bytes().substr(offsets[index], offsets[index + 1] - offsets[index]),
                   text.from_input(offsets[index]));
  }
  return builder.take().as_markup(text.is_markup());
}

}  // namespace

std::optional<std::size_t> length_of(const Value& value) {
  if (const Text* text = value.get<Text>()) return text->length();
  if (const List* list = value.as_list()) return list->items.size();
  if (const Mapping* mapping = value.as_mapping()) return mapping->entries().size();
  if (const Range* range = value.as_range()) return range->length();
  if (const View* view = value.as_view()) return view->mapping->entries().size();
  if (Loop* loop = value.as_loop()) return loop->length();
  if (value.is<Undefined>()) return 0;
  return std::nullopt;
}

std::optional<ListPointer> try_iterate(const Value& value, Meter& meter) {
  if (const auto* list = value.get<std::shared_ptr<const List>>()) {
    meter.charge((*list)->items.size());
    return *list;
  }
  std::vector<Value> items;
  if (const Text* text = value.get<Text>()) {
    items = characters(*text, meter);
  } else if (const Mapping* mapping = value.as_mapping()) {
    for (const auto& [key, member] : mapping->entries()) items.push_back(key);
  } else if (const Range* range = value.as_range()) {
    meter.charge(range->length());
    items = numbers(*range);
  } else if (const View* view = value.as_view()) {
    meter.charge(2 * view->mapping->entries().size());
    items = view->items();
  } else if (Iterator* iterator = value.as_iterator()) {
    items.assign(iterator->items.begin() + static_cast<std::ptrdiff_t>(iterator->next), iterator->items.end());
    iterator->next = iterator->items.size();
  } else if (!value.is<Undefined>()) {
    return std::nullopt;
  }
  meter.charge(items.size());
  return std::make_shared<const List>(std::move(items));
}

ListPointer iterate(const Value& value, Meter& meter) {
  const std::optional<ListPointer> items = try_iterate(value, meter);
  if (!items) fail_type("what is gone through item by item", value, meter);
  return *items;
}

Value make_list(std::vector<Value> items, Meter& meter, bool tuple) {
  meter.check_items(items.size());
  meter.charge(items.size());
  auto list = std::make_shared<const List>(std::move(items), tuple);
  meter.check_value_depth(list->depth);
  return std::shared_ptr<const List>(std::move(list));
}

Value make_iterator(std::vector<Value> items, Meter& meter) {
  meter.check_items(items.size());
  meter.charge(items.size());
  auto iterator = std::make_shared<Iterator>(std::move(items));
  meter.check_value_depth(iterator->depth);
  return iterator;
}

Text character_at(const Text& text, std::size_t index, Meter& meter) {
  const std::size_t begin = text.offset_of(index);
  meter.charge_bytes(text.is_ascii() ? 0 : begin);
  std::size_t end = begin;
  next_character(text.bytes(), end);
  return text.part(begin, end);
}

Value slice(const Value& value, const Value& start, const Value& stop, const Value& step, Meter& meter) {
  const bool sliceable = value.is<Text>() || value.as_list() || value.as_range();
  if (!sliceable) fail_type("what is sliced", value, meter);
  const Indices taken = indices(*length_of(value), start, stop, step, meter);
  if (const Text* text = value.get<Text>()) return slice_text(*text, taken, meter);
  const Range chosen{taken.start, 0, taken.step};
  if (const Range* range = value.as_range()) {
    // What is computed beyond the ends of the range is never reached.
    const auto number_at = [&](std::int64_t index) { return range->at(static_cast<std::size_t>(index)); };
    const auto stride =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(range->step) * static_cast<std::uint64_t>(taken.step));
    return std::make_shared<const Range>(Range{number_at(taken.start), number_at(taken.stop), stride});
  }
  const List& list = *value.as_list();
  std::vector<Value> items;
  items.reserve(taken.count);
  for (std::size_t i = 0; i < taken.count; ++i) items.push_back(list.items[static_cast<std::size_t>(chosen.at(i))]);
  return make_list(std::move(items), meter, list.tuple);
}

}  // namespace espalier::jinja
