#include "host/manifest/characters.hpp"

#include <utf8proc.h>

namespace espalier::host {
namespace {

const utf8proc_property_t& properties(char32_t character) {
  return *utf8proc_get_property(static_cast<utf8proc_int32_t>(character));
}

}  // namespace

std::optional<char32_t> take_character(std::string_view& text) {
  utf8proc_int32_t character = 0;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &character);
  text.remove_prefix(length < 1 ? 1 : static_cast<std::size_t>(length));
  if (length < 1) return std::nullopt;
  return static_cast<char32_t>(character);
}

bool commands_terminal(char32_t character) {
  switch (properties(character).category) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      break;
  }
  switch (properties(character).bidi_class) {
    case UTF8PROC_BIDI_CLASS_LRE:
    case UTF8PROC_BIDI_CLASS_LRO:
    case UTF8PROC_BIDI_CLASS_RLE:
    case UTF8PROC_BIDI_CLASS_RLO:
    case UTF8PROC_BIDI_CLASS_PDF:
    case UTF8PROC_BIDI_CLASS_LRI:
    case UTF8PROC_BIDI_CLASS_RLI:
    case UTF8PROC_BIDI_CLASS_FSI:
    case UTF8PROC_BIDI_CLASS_PDI:
      return true;
    default:
      return false;
  }
}

bool invisible(char32_t character) {
  return commands_terminal(character) || properties(character).category == UTF8PROC_CATEGORY_CF;
}

}  // namespace espalier::host
