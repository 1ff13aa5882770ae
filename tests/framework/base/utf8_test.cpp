#include "base/utf8.hpp"

#include <doctest/doctest.h>

using espalier::base::append_character;
using espalier::base::is_utf8;
using espalier::base::next_character;
using espalier::base::previous_character;
using espalier::base::to_utf8;

TEST_CASE("well-formed texts stay as they are") {
  for (const char* text :
       {"", "plain", "\u00e9", "\u20ac", "\U0001f600 mixed \u00e9", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"}) {
    CHECK(is_utf8(text));
    CHECK(to_utf8(text) == text);
  }
}

TEST_CASE("every maximal ill-formed part becomes one replacement character") {
  const std::string mark = "\xEF\xBF\xBD";
  CHECK(to_utf8("a\xFFz") == "a" + mark + "z");
  CHECK(to_utf8("\xC0\xAF") == mark + mark);  // overlong
  CHECK(to_utf8("\xE2\x82") == mark);         // cut short
  CHECK(to_utf8("\xE2\x82z") == mark + "z");
  CHECK(to_utf8("\xED\xA0\x80") == mark + mark + mark);             // a surrogate
  CHECK(to_utf8("\xF4\x90\x80\x80") == mark + mark + mark + mark);  // above U+10FFFF
  CHECK(to_utf8("\xF0\x9F\x98") == mark);
  CHECK(to_utf8("\xF0\x9F\x98\x41") == mark + "A");
  CHECK(is_utf8(to_utf8("\x80\xBF\xF8 broken \xC3")));
}

TEST_CASE("characters are read forth and back, and written") {
  const std::string text = "a\u00e9\u20ac\U0001f600\u07ff\uffff\U0010ffff";
  const std::u32string characters = U"a\u00e9\u20ac\U0001f600\u07ff\uffff\U0010ffff";
  std::size_t at = 0;
  std::string again;
  for (const char32_t character : characters) {
    const std::size_t begin = at;
    CHECK(next_character(text, at) == character);
    CHECK(previous_character(text, at) == begin);
    append_character(again, character);
  }
  CHECK(at == text.size());
  CHECK(again == text);
}
