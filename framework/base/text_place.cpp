#include "base/text_place.hpp"

#include <algorithm>

namespace espalier::base {
namespace {

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

}  // namespace

std::string TextPlace::text() const { return std::to_string(line) + ":" + std::to_string(column); }

TextPlace place_of(std::string_view text, std::size_t offset, std::size_t line) {
  const std::string_view before = text.substr(0, offset);
  const std::string_view last = before.substr(before.rfind('\n') + 1);
  return {.line = line + static_cast<std::size_t>(std::ranges::count(before, '\n')),
          .column = 1 + static_cast<std::size_t>(std::ranges::count_if(last, begins_character))};
}

}  // namespace espalier::base
