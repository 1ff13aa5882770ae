#pragma once

#include <cstddef>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace espalier::host {

/// What is wrong with a JSON text, in words for who wrote it: nlohmann's own speak of the library and of line 1 of
/// whatever piece of a file it was given.
struct JsonFault {
  std::size_t line = 1;    ///< from 1
  std::size_t column = 1;  ///< in characters, from 1
  std::string reason;

  /// "LINE:COLUMN: is no JSON: REASON"; `first` is the line of the file where the text begins.
  std::string text(std::size_t first = 1) const;
};

/// What `error` says of `text`, which it was thrown for. A number too large to be held has no place: it is told at 1:1.
JsonFault json_fault(const nlohmann::json::exception& error, std::string_view text);

/// What an error says; one of the library without its name and number.
std::string json_reason(const std::exception& error);

}  // namespace espalier::host
