#include "models/gguf/metadata.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/utf8.hpp"
#include "models/files/json_file.hpp"

namespace espalier::models {
namespace {

constexpr std::uint64_t kMostElements = 1 << 24;

constexpr std::array<std::string_view, 13> kKindNames = {"an 8-bit unsigned integer",
                                                         "an 8-bit integer",
                                                         "a 16-bit unsigned integer",
                                                         "a 16-bit integer",
                                                         "a 32-bit unsigned integer",
                                                         "a 32-bit integer",
                                                         "a 32-bit float",
                                                         "a bool",
                                                         "a text",
                                                         "an array",
                                                         "a 64-bit unsigned integer",
                                                         "a 64-bit integer",
                                                         "a 64-bit float"};

template <class T>
T load(const char* data) {
  T value{};
  std::memcpy(&value, data, sizeof value);
  return value;
}

/// Calls `use` with the number of that kind at `data`; false where it is none.
template <class Use>
bool with_number(GgufKind kind, const char* data, Use use) {
  switch (kind) {
    case GgufKind::u8:
      return use(load<std::uint8_t>(data));
    case GgufKind::i8:
      return use(load<std::int8_t>(data));
    case GgufKind::u16:
      return use(load<std::uint16_t>(data));
    case GgufKind::i16:
      return use(load<std::int16_t>(data));
    case GgufKind::u32:
      return use(load<std::uint32_t>(data));
    case GgufKind::i32:
      return use(load<std::int32_t>(data));
    case GgufKind::u64:
      return use(load<std::uint64_t>(data));
    case GgufKind::i64:
      return use(load<std::int64_t>(data));
    case GgufKind::f32:
      return use(load<float>(data));
    case GgufKind::f64:
      return use(load<double>(data));
    default:
      return false;
  }
}

/// The decimal number that a float was written for: 1e-5, not 9.99999974e-06.
double meant(float number) {
  std::array<char, 32> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), number);
  double value = number;
  std::from_chars(text.data(), written.ptr, value);
  return value;
}

/// Reads the element at `data`, and moves behind it; false where it is no T.
template <class T>
bool take(GgufKind kind, std::string_view& data, T& out) {
  if constexpr (std::is_same_v<T, std::string>) {
    if (kind != GgufKind::text) return false;
    const auto length = load<std::uint64_t>(data.data());
    out = data.substr(sizeof length, length);
    data.remove_prefix(sizeof length + length);
    return base::is_utf8(out);
  } else if constexpr (std::is_same_v<T, bool>) {
    out = load<std::uint8_t>(data.data()) != 0;
    return kind == GgufKind::boolean;
  } else {
    const bool right = with_number(kind, data.data(), [&](auto number) {
      if constexpr (std::is_integral_v<T>) {
        if constexpr (!std::is_integral_v<decltype(number)>)
          return false;
        else if (!std::in_range<T>(number))
          return false;
      }
      if constexpr (std::is_same_v<decltype(number), float>)
        out = static_cast<T>(meant(number));
      else
        out = static_cast<T>(number);
      return true;
    });
    if (right) data.remove_prefix(gguf_bytes(kind));
    return right;
  }
}

template <class T>
constexpr std::string_view wanted() {
  if constexpr (std::is_same_v<T, std::string>) return "a text in UTF-8";
  if constexpr (std::is_same_v<T, bool>) return "a bool";
  if constexpr (std::is_same_v<T, int>) return "an integer below 2^31";
  return "a number";
}

template <class T>
struct Element {
  using Type = T;
  static constexpr bool array = false;
};
template <class T>
struct Element<std::vector<T>> {
  using Type = T;
  static constexpr bool array = true;
};

}  // namespace

std::size_t gguf_bytes(GgufKind kind) {
  constexpr std::array<std::size_t, 13> kBytes = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  return kBytes[static_cast<std::size_t>(kind)];
}

std::uint64_t GgufMetadata::count(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() || !found->second.array ? 0 : found->second.count;
}

void GgufMetadata::fail(std::string_view key, std::string_view what) const {
  throw CheckpointError(path_.string() + ": `" + std::string(key) + "` " + std::string(what));
}

template <class T>
T GgufMetadata::convert(const std::string& key, const GgufValue& value) const {
  using Single = typename Element<T>::Type;
  constexpr bool array = Element<T>::array;
  const std::string kind(kKindNames[static_cast<std::size_t>(value.kind)]);
  if (value.array != array) {
    if (array) fail(key, "is " + kind + " where an array is needed");
    fail(key, "is an array where " + std::string(wanted<Single>()) + " is needed");
  }
  std::string_view data = value.data;
  if constexpr (array) {
    if (value.count > kMostElements)
      fail(key, "has " + std::to_string(value.count) + " elements, of which at most " + std::to_string(kMostElements) +
                    " are read");
    T all;
    all.reserve(value.count);
    for (std::uint64_t i = 0; i < value.count; ++i) {
      Single element{};
      if (!take(value.kind, data, element))
        fail(key,
             "has " + kind + " as element " + std::to_string(i) + ", which is not " + std::string(wanted<Single>()));
      all.push_back(std::move(element));
    }
    return all;
  } else {
    Single single{};
    if (!take(value.kind, data, single)) fail(key, "is " + kind + ", which is not " + std::string(wanted<Single>()));
    return single;
  }
}

template bool GgufMetadata::convert(const std::string&, const GgufValue&) const;
template int GgufMetadata::convert(const std::string&, const GgufValue&) const;
template double GgufMetadata::convert(const std::string&, const GgufValue&) const;
template std::string GgufMetadata::convert(const std::string&, const GgufValue&) const;
template std::vector<int> GgufMetadata::convert(const std::string&, const GgufValue&) const;
template std::vector<double> GgufMetadata::convert(const std::string&, const GgufValue&) const;
template std::vector<std::string> GgufMetadata::convert(const std::string&, const GgufValue&) const;

}  // namespace espalier::models
