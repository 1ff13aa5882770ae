#include "models/tokenizer/normaliser.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "base/utf8.hpp"
#include "models/tokenizer/byte_alphabet.hpp"
#include "models/tokenizer/expression.hpp"

namespace espalier::models {
namespace {

using Json = JsonFile::Json;

bool is_ascii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

std::string normal_form(std::string_view text, int form) {
  utf8proc_uint8_t* made = nullptr;
  const auto length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &made, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | form));
  const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(made, std::free);
  if (length < 0) throw std::invalid_argument(std::string("cannot be normalised: ") + utf8proc_errmsg(length));
  return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(length)};
}

/// A normal form of Unicode. Nothing reaches over the beginning of an ASCII character, so that what lies between two
/// is made apart.
void normalise(MarkedText& text, int form) {
  // All is in each form already below U+0080, and in the composed one below U+0300 (lead byte 0xCC).
  const unsigned char plain_below = form == UTF8PROC_COMPOSE ? 0xCC : 0x80;
  if (std::ranges::all_of(text.text, [&](char byte) { return static_cast<unsigned char>(byte) < plain_below; })) return;
  MarkedText made;
  std::size_t done = 0;
  while (done < text.text.size()) {
    const auto from = text.text.begin() + static_cast<std::ptrdiff_t>(done);
    const auto first = std::find_if_not(from, text.text.end(), is_ascii);
    const auto last = std::find_if(first, text.text.end(), is_ascii);
    const auto begin = static_cast<std::size_t>((first == from ? first : first - 1) - text.text.begin());
    const auto end = static_cast<std::size_t>(last - text.text.begin());
    made.append(text, done, begin);
    const std::string_view part = std::string_view(text.text).substr(begin, end - begin);
    const std::string form_of_part = normal_form(part, form);
    if (form_of_part == part)
      made.append(text, begin, end);
    else
      made.append(form_of_part, text.marked(begin, end));
    done = end;
  }
  text = std::move(made);
}

/// Writes what `put` makes of every character; it appends to the text it is given.
template <class Put>
void map_characters(MarkedText& text, Put put) {
  MarkedText made;
  std::string written;
  for (std::size_t at = 0; at < text.text.size();) {
    const std::size_t begin = at;
    const char32_t character = base::next_character(text.text, at);
    written.clear();
    put(character, std::string_view(text.text).substr(begin, at - begin), written);
    made.append(written, text.marked(begin, at));
  }
  text = std::move(made);
}

void replace(MarkedText& text, const base::Regex& pattern, std::string_view content) {
  std::vector<base::Regex::Range> matches;
  pattern.find_all(text.text, matches);
  if (matches.empty()) return;
  MarkedText made;
  std::size_t done = 0;
  for (const auto& [begin, end] : matches) {
    made.append(text, done, begin);
    made.append(content, text.marked(begin, end));
    done = end;
  }
  made.append(text, done, text.text.size());
  text = std::move(made);
}

void strip(MarkedText& text, bool left, bool right) {
  std::size_t begin = 0;
  std::size_t end = text.text.size();
  for (std::size_t at = 0; left && begin < end; begin = at)
    if (!is_white_space(base::next_character(text.text, at))) break;
  while (right && end > begin) {
    const std::size_t last = base::previous_character(text.text, end);
    std::size_t at = last;
    if (!is_white_space(base::next_character(text.text, at))) break;
    end = last;
  }
  MarkedText made;
  made.append(text, begin, end);
  text = std::move(made);
}

void lower(char32_t character, std::string_view, std::string& out) {
  base::append_character(
      out,
      static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(character == 0x130 ? 'I' : character))));
  if (character == 0x130) base::append_character(out, 0x307);  // the one whose lower case is two characters
}

void drop_accent(char32_t character, std::string_view spelled, std::string& out) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(character));
  if (category < UTF8PROC_CATEGORY_MN || category > UTF8PROC_CATEGORY_ME) out += spelled;
}

}  // namespace

Normaliser::Normaliser(const JsonFile& file, const Json& description) { append(file, description); }

void Normaliser::append(const JsonFile& file, const Json& description) {
  if (description.is_null()) return;
  const JsonFile source(file.path(), description);
  const auto type = source.require<std::string>("type");
  const auto normal = [&](int form) { steps_.emplace_back([form](MarkedText& text) { normalise(text, form); }); };
  if (type == "Sequence") {
    for (const auto& child : source.require<std::vector<Json>>("normalizers")) append(file, child);
  } else if (type == "NFC") {
    normal(UTF8PROC_COMPOSE);
  } else if (type == "NFD") {
    normal(UTF8PROC_DECOMPOSE);
  } else if (type == "NFKC") {
    normal(UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  } else if (type == "NFKD") {
    normal(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  } else if (type == "Prepend") {
    steps_.emplace_back([content = source.require<std::string>("prepend")](MarkedText& text) {
      if (text.text.empty()) return;
      MarkedText made;
      made.append(content, text.marked(0, 1));
      made.append(text, 0, text.text.size());
      text = std::move(made);
    });
  } else if (type == "Replace") {
    steps_.emplace_back(
        [pattern = read_pattern(source, "normalizer"),
         content = source.require<std::string>("content")](MarkedText& text) { replace(text, pattern, content); });
  } else if (type == "Strip") {
    steps_.emplace_back([left = source.get("strip_left", true),
                         right = source.get("strip_right", true)](MarkedText& text) { strip(text, left, right); });
  } else if (type == "Lowercase") {
    steps_.emplace_back([](MarkedText& text) { map_characters(text, lower); });
  } else if (type == "StripAccents") {
    steps_.emplace_back([](MarkedText& text) { map_characters(text, drop_accent); });
  } else if (type == "ByteLevel") {
    steps_.emplace_back([](MarkedText& text) {
      map_characters(text, [](char32_t, std::string_view spelled, std::string& out) { append_spelling(spelled, out); });
    });
  } else {
    file.fail("normalizer", "is of type \"" + type +
                                "\"; known are ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Prepend, Replace, Sequence, "
                                "Strip and StripAccents. Models with another one can be used through a server");
  }
}

void Normaliser::apply(MarkedText& text) const {
  for (const auto& step : steps_) step(text);
}

}  // namespace espalier::models
