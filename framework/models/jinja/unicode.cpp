#include "models/jinja/unicode.hpp"

#include <utf8proc.h>

#include "models/jinja/special_casing.hpp"

namespace espalier::jinja {
namespace {

utf8proc_category_t category(char32_t character) { return utf8proc_category(static_cast<utf8proc_int32_t>(character)); }

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Characters without a case that stand inside of words (Case_Ignorable; marks and modifiers by their category).
bool is_case_ignorable(char32_t character) {
  switch (category(character)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return std::u32string_view(
                 U"'.:^`\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a")
                 .find(character) != std::u32string_view::npos;
  }
}

/// Whether a Σ that lies before `end` is the last letter of its word.
bool is_final_sigma(std::string_view whole, std::size_t end) {
  std::size_t before = previous_character(whole, end);
  bool word_before = false;
  while (before > 0) {
    before = previous_character(whole, before);
    std::size_t at = before;
    const char32_t character = next_character(whole, at);
    if (is_case_ignorable(character)) continue;
    word_before = is_cased(character);
    break;
  }
  if (!word_before) return false;
  while (end < whole.size()) {
    const char32_t character = next_character(whole, end);
    if (!is_case_ignorable(character)) return !is_cased(character);
  }
  return true;
}

}  // namespace

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += !continues(byte);
  return count;
}

bool is_space(char32_t character) {
  if (character < 0x80) return (character >= 0x09 && character <= 0x0D) || (character >= 0x1C && character <= 0x20);
  if (character == 0x85) return true;
  const auto kind = category(character);
  return kind == UTF8PROC_CATEGORY_ZS || kind == UTF8PROC_CATEGORY_ZL || kind == UTF8PROC_CATEGORY_ZP;
}

bool is_line_break(char32_t character) {
  return (character >= 0x0A && character <= 0x0D) || (character >= 0x1C && character <= 0x1E) || character == 0x85 ||
         character == 0x2028 || character == 0x2029;
}

bool is_printable(char32_t character) {
  if (character < 0x7F) return character >= 0x20;
  switch (category(character)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_ZS:
      return false;
    default:
      return true;
  }
}

bool is_upper(char32_t character) {
  // Roman numerals, and letters in circles and squares, are upper case without being letters.
  return category(character) == UTF8PROC_CATEGORY_LU || (character >= 0x2160 && character <= 0x216F) ||
         (character >= 0x24B6 && character <= 0x24CF) || (character >= 0x1F130 && character <= 0x1F149) ||
         (character >= 0x1F150 && character <= 0x1F169) || (character >= 0x1F170 && character <= 0x1F189);
}

bool is_lower(char32_t character) {
  return category(character) == UTF8PROC_CATEGORY_LL || character == 0xAA || character == 0xBA ||
         (character >= 0x2170 && character <= 0x217F) || (character >= 0x24D0 && character <= 0x24E9);
}

bool is_cased(char32_t character) {
  return is_upper(character) || is_lower(character) || category(character) == UTF8PROC_CATEGORY_LT;
}

bool is_alpha(char32_t character) {
  const auto kind = category(character);
  return kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_LO;
}

bool is_decimal(char32_t character) { return category(character) == UTF8PROC_CATEGORY_ND; }

bool is_word_character(char32_t character) {
  const auto kind = category(character);
  return character == '_' || is_alpha(character) || kind == UTF8PROC_CATEGORY_ND || kind == UTF8PROC_CATEGORY_NL ||
         kind == UTF8PROC_CATEGORY_NO;
}

bool is_name_character(char32_t character) {
  if (character < 0x80) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character == '_' ||
           (character >= '0' && character <= '9');
  }
  const auto kind = category(character);
  return is_alpha(character) || kind == UTF8PROC_CATEGORY_ND || kind == UTF8PROC_CATEGORY_NL ||
         kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_MC;
}

void append_upper(std::string& text, char32_t character) {
  if (const SpecialCase* special = special_case(character)) {
    for (const char16_t part : std::u16string_view(special->upper)) append_character(text, part);
  } else {
    append_character(text, static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(character))));
  }
}

void append_title(std::string& text, char32_t character) {
  if (const SpecialCase* special = special_case(character)) {
    for (const char16_t part : std::u16string_view(special->title)) append_character(text, part);
  } else {
    append_character(text, static_cast<char32_t>(utf8proc_totitle(static_cast<utf8proc_int32_t>(character))));
  }
}

void append_lower(std::string& text, char32_t character, std::string_view whole, std::size_t end) {
  if (character == 0x130) {  // İ keeps its dot
    text += "i\xCC\x87";
  } else if (character == 0x3A3 && is_final_sigma(whole, end)) {
    text += "\xCF\x82";
  } else {
    append_character(text, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(character))));
  }
}

std::string lower(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char32_t character = next_character(text, at);
    append_lower(result, character, text, at);
  }
  return result;
}

}  // namespace espalier::jinja
