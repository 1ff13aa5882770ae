#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/file.hpp"

namespace espalier::base {

// The one reader of JSON. It holds what it reads within bounds, says where a text is wrong in words for who wrote it,
// and leaves nothing to chance that the format leaves open: text must be UTF-8, and no object may have a key twice.
// Parsers, which recurse when they copy and write, never see a value nested deeper than kMostJsonDepth.

/// A value whose keys are sorted: what is read to be looked into.
using Json = nlohmann::json;
/// A value that keeps the order of its keys, and looks through all of them for every one: what is written.
using OrderedJson = nlohmann::ordered_json;

/// What becomes of numbers that have a point, an exponent, or more digits than 64 bits hold.
enum class JsonNumbers {
  values,     ///< the nearest double
  as_written  ///< a text, digit by digit: for answers and what else is not computed with
};

/// The most arrays and objects that lie in one another.
inline constexpr std::size_t kMostJsonDepth = 64;

/// A JSON text that cannot be read; what() says where: "FILE:LINE:COLUMN: is no JSON: ...".
class JsonError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads one value, Json or OrderedJson. Throws JsonError; `file` and `line`, the one where the text begins in it,
/// stand in the message.
template <class Value>
Value parse_json(std::string_view text, std::string_view file, std::size_t line = 1,
                 JsonNumbers numbers = JsonNumbers::values);
extern template Json parse_json<Json>(std::string_view, std::string_view, std::size_t, JsonNumbers);
extern template OrderedJson parse_json<OrderedJson>(std::string_view, std::string_view, std::size_t, JsonNumbers);

/// Reads the one value that a file holds. Throws FileError and JsonError.
template <class Value>
Value read_json(const std::filesystem::path& file, std::uintmax_t most = kMostBytes) {
  return parse_json<Value>(read_file(file, most), file.string());
}

/// Hands out the elements of the array that a document is, or that its member `list` is where that is not empty, one by
/// one with the line where each begins, and never holds more than one of them. A document that is an object, when no
/// list is named, is handed out as the only element. Throws JsonError; what `visit` throws passes through.
void for_each_element(std::string_view text, std::string_view list, std::string_view file,
                      const std::function<void(Json&&, std::size_t)>& visit, JsonNumbers numbers = JsonNumbers::values);

/// One of the members or elements that `parse_json` hands out instead of keeping them.
struct JsonPart {
  std::size_t list;  ///< which of the lists it is of
  std::string name;  ///< of a member; "" of an element
  Json value;
};
/// Reads one value, but for what the objects and arrays at `lists` hold ("model.vocab": the member `vocab` of the
/// member `model`): that is handed out one by one and never kept, so that in what is returned they are empty. That
/// no member comes twice is left for `visit` to see. Throws JsonError; what `visit` throws passes through.
Json parse_json(std::string_view text, std::string_view file, std::span<const std::string_view> lists,
                const std::function<void(JsonPart&&)>& visit);

/// What an error says; one of the JSON library without its name and number.
std::string json_reason(const std::exception& error);

}  // namespace espalier::base
