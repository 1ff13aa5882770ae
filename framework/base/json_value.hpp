#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.hpp"

namespace espalier::base {

namespace detail {

template <class>
struct IsVector : std::false_type {};
template <class... T>
struct IsVector<std::vector<T...>> : std::true_type {};

template <class>
struct IsMap : std::false_type {};
template <class... T>
struct IsMap<std::map<std::string, T...>> : std::true_type {};
template <class... T>
struct IsMap<std::unordered_map<std::string, T...>> : std::true_type {};

}  // namespace detail

/// What a JSON value is as a T: a bool, an integer, a double, a string, a vector or a map of such; nothing where it is
/// of another kind. The library's own get() cuts fractions off, wraps large numbers and takes true for 1; here 1.5 and
/// 2^40 are no ints.
template <class T, class Value>
std::optional<T> as(const Value& value) {
  if constexpr (std::is_same_v<T, Value>) {
    return value;
  } else if constexpr (std::is_same_v<T, bool>) {
    return value.is_boolean() ? std::optional(value.template get<bool>()) : std::nullopt;
  } else if constexpr (std::is_integral_v<T>) {
    if (!value.is_number_integer()) return std::nullopt;
    if (value.is_number_unsigned()) {
      const auto number = value.template get<std::uint64_t>();
      return std::in_range<T>(number) ? std::optional(static_cast<T>(number)) : std::nullopt;
    }
    const auto number = value.template get<std::int64_t>();
    return std::in_range<T>(number) ? std::optional(static_cast<T>(number)) : std::nullopt;
  } else if constexpr (std::is_floating_point_v<T>) {
    return value.is_number() ? std::optional(value.template get<T>()) : std::nullopt;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return value.is_string() ? std::optional(value.template get<std::string>()) : std::nullopt;
  } else if constexpr (detail::IsVector<T>::value) {
    if (!value.is_array()) return std::nullopt;
    T all;
    all.reserve(value.size());
    for (const auto& element : value) {
      auto one = as<typename T::value_type>(element);
      if (!one) return std::nullopt;
      all.push_back(*std::move(one));
    }
    return all;
  } else {
    static_assert(detail::IsMap<T>::value, "no JSON value is read as this type");
    if (!value.is_object()) return std::nullopt;
    T all;
    for (const auto& [name, member] : value.items()) {
      auto one = as<typename T::mapped_type>(member);
      if (!one) return std::nullopt;
      all.emplace(name, *std::move(one));
    }
    return all;
  }
}

/// The member `key` of an object as a T; see `as`. Throws JsonError, "`KEY` is missing" or "`KEY` has the wrong type:
/// ...", which its catcher gives a place.
template <class T, class Value>
T member(const Value& object, const std::string& key) {
  const auto found = object.find(key);
  if (found == object.end()) throw JsonError("`" + key + "` is missing");
  auto value = as<T>(*found);
  if (!value) throw JsonError("`" + key + "` has the wrong type: " + found->dump(-1, ' ', true).substr(0, 80));
  return *std::move(value);
}

}  // namespace espalier::base
