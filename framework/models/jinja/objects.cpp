#include "models/jinja/objects.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "models/jinja/python.hpp"

namespace espalier::jinja {
namespace {

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
/// From here on entries are found by an index.
constexpr std::size_t kMany = 12;

std::size_t hash_of_number(double number) { return std::hash<double>()(number == 0 ? 0.0 : number) * 3 + 1; }

}  // namespace

std::size_t hash_of(std::string_view key) { return std::hash<std::string_view>()(key); }

std::size_t hash_of(const Value& key, Meter& meter) {
  meter.charge(1);
  if (const Text* text = key.get<Text>()) return hash_of(text->bytes());
  if (const auto number = as_number(key)) return hash_of_number(number->as_double());
  if (const List* list = key.as_list(); list && list->tuple) {
    std::size_t hash = 17;
    for (const Value& item : list->items) hash = hash * 31 + hash_of(item, meter);
    return hash;
  }
  const View* view = key.as_view();
  if (key.as_list() || key.as_mapping() || (view && view->part != View::Part::values)) {
    meter.fail("a " + std::string(key.type_name()) + " cannot be a key or an element of a set");
  }
  return key.content().index();  // of these there are few
}

std::size_t Mapping::place(std::size_t hash, const Value& key, Meter& meter) const {
  if (entries_.size() <= kMany) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (hashes_[i] == hash && equal(entries_[i].first, key, meter)) return i;
    }
    return kNowhere;
  }
  const auto [begin, end] = index_.equal_range(hash);
  for (auto found = begin; found != end; ++found) {
    if (equal(entries_[found->second].first, key, meter)) return found->second;
  }
  return kNowhere;
}

std::size_t Mapping::place(std::size_t hash, std::string_view key) const {
  const auto is = [&](std::size_t i) {
    const Text* text = entries_[i].first.get<Text>();
    return text && text->bytes() == key;
  };
  if (entries_.size() <= kMany) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (hashes_[i] == hash && is(i)) return i;
    }
    return kNowhere;
  }
  const auto [begin, end] = index_.equal_range(hash);
  for (auto found = begin; found != end; ++found) {
    if (is(found->second)) return found->second;
  }
  return kNowhere;
}

void Mapping::add(std::size_t hash, Value key, Value value) {
  depth_ = std::max({depth_, value.depth() + 1, key.depth() + 1});
  entries_.emplace_back(std::move(key), std::move(value));
  hashes_.push_back(hash);
  if (entries_.size() == kMany + 1) {
    for (std::size_t i = 0; i < entries_.size(); ++i) index_.emplace(hashes_[i], i);
  } else if (entries_.size() > kMany) {
    index_.emplace(hash, entries_.size() - 1);
  }
}

void Mapping::replace(std::size_t place, Value value) {
  depth_ = std::max(depth_, value.depth() + 1);
  entries_[place].second = std::move(value);
}

void Mapping::set(Value key, Value value, Meter& meter) {
  const std::size_t hash = hash_of(key, meter);
  const std::size_t found = place(hash, key, meter);
  found == kNowhere ? add(hash, std::move(key), std::move(value)) : replace(found, std::move(value));
}

void Mapping::set(std::string_view key, Value value) { set(Text(std::string(key)), std::move(value)); }

void Mapping::set(Text key, Value value) {
  const std::size_t hash = hash_of(key.bytes());
  const std::size_t found = place(hash, key.bytes());
  found == kNowhere ? add(hash, std::move(key), std::move(value)) : replace(found, std::move(value));
}

const Value* Mapping::find(const Value& key, Meter& meter) const {
  const std::size_t found = place(hash_of(key, meter), key, meter);
  return found == kNowhere ? nullptr : &entries_[found].second;
}

const Value* Mapping::find(std::string_view key) const {
  const std::size_t found = place(hash_of(key), key);
  return found == kNowhere ? nullptr : &entries_[found].second;
}

// The difference of two numbers may not fit a signed one.
std::size_t Range::length() const {
  const auto unsigned_of = [](std::int64_t number) { return static_cast<std::uint64_t>(number); };
  if (step > 0) return start < stop ? (unsigned_of(stop) - unsigned_of(start) - 1) / unsigned_of(step) + 1 : 0;
  return start > stop ? (unsigned_of(start) - unsigned_of(stop) - 1) / (0 - unsigned_of(step)) + 1 : 0;
}

std::int64_t Range::at(std::size_t index) const {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(start) + index * static_cast<std::uint64_t>(step));
}

std::vector<Value> View::items() const {
  std::vector<Value> items;
  items.reserve(mapping->entries().size());
  for (const auto& [key, value] : mapping->entries()) {
    if (part == Part::items) {
      items.push_back(std::make_shared<const List>(std::vector<Value>{key, value}, true));
    } else {
      items.push_back(part == Part::keys ? key : value);
    }
  }
  return items;
}

std::optional<Value> Loop::advance() {
  std::optional<Value> next;
  if (ahead_next < ahead.size()) {
    next = std::move(ahead[ahead_next++]);
  } else {
    next = draw();
  }
  if (!next) return std::nullopt;
  ++index0;
  previous = std::exchange(current, next);
  return next;
}

const Value* Loop::peek() {
  if (ahead_next == ahead.size()) {
    std::optional<Value> next = draw();
    if (!next) return nullptr;
    ahead.clear();
    ahead_next = 0;
    ahead.push_back(*std::move(next));
  }
  return &ahead[ahead_next];
}

std::size_t Loop::length() {
  if (!known_length) {
    while (std::optional<Value> next = draw()) ahead.push_back(*std::move(next));
    known_length = static_cast<std::size_t>(index0 + 1) + ahead.size() - ahead_next;
  }
  return *known_length;
}

}  // namespace espalier::jinja
