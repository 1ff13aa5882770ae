#include "models/jinja/text_operations.hpp"

#include <algorithm>

#include "models/jinja/unicode.hpp"

namespace espalier::jinja {
namespace {

/// Builds a text from what `write(out, character, end)` makes of each character, `end` being the offset behind it.
template <class Write>
Text map_characters(const Text& text, Meter& meter, Write write) {
  TextBuilder builder(meter);
  const char* begin = text.bytes().data();
  text.for_each_run(0, text.bytes().size(), [&](std::string_view run, bool mark) {
    std::string out;
    out.reserve(run.size());
    const auto before = static_cast<std::size_t>(run.data() - begin);
    for (std::size_t at = 0; at < run.size();) {
      const char32_t character = next_character(run, at);
      write(out, character, before + at);
    }
    builder.append(out, mark);
  });
  return builder.take().as_markup(text.is_markup());
}

template <class Belongs>
std::string_view stripped(std::string_view text, bool left, bool right, Belongs belongs) {
  while (left && !text.empty()) {
    std::size_t next = 0;
    if (!belongs(next_character(text, next))) break;
    text.remove_prefix(next);
  }
  while (right && !text.empty()) {
    const std::size_t before = previous_character(text, text.size());
    std::size_t next = before;
    if (!belongs(next_character(text, next))) break;
    text.remove_suffix(text.size() - before);
  }
  return text;
}

bool begins_word(char32_t character) {
  return is_space(character) || std::u32string_view(U"-({[<").find(character) != std::u32string_view::npos;
}

}  // namespace

Text strip(const Text& text, const Text* characters, bool left, bool right, Meter& meter) {
  meter.charge_bytes(text.bytes().size());
  if (!characters) return text.part(stripped(text.bytes(), left, right, is_space));
  std::u32string set;
  for (std::size_t at = 0; at < characters->bytes().size();) set += next_character(characters->bytes(), at);
  const auto belongs = [&](char32_t character) {
    meter.charge_bytes(set.size());
    return set.find(character) != std::u32string::npos;
  };
  return text.part(stripped(text.bytes(), left, right, belongs));
}

Text to_upper(const Text& text, Meter& meter) {
  return map_characters(text, meter,
                        [](std::string& out, char32_t character, std::size_t) { append_upper(out, character); });
}

Text to_lower(const Text& text, Meter& meter) {
  return map_characters(text, meter, [&](std::string& out, char32_t character, std::size_t end) {
    append_lower(out, character, text.bytes(), end);
  });
}

Text capitalize(const Text& text, Meter& meter) {
  bool first = true;
  return map_characters(text, meter, [&](std::string& out, char32_t character, std::size_t end) {
    std::exchange(first, false) ? append_title(out, character) : append_lower(out, character, text.bytes(), end);
  });
}

Text to_title(const Text& text, Meter& meter) {
  bool in_word = false;
  return map_characters(text, meter, [&](std::string& out, char32_t character, std::size_t end) {
    in_word ? append_lower(out, character, text.bytes(), end) : append_title(out, character);
    in_word = is_cased(character);
  });
}

Text title_words(const Text& text, Meter& meter) {
  // jinja2 changes each word by itself: a sigma is a final one where its word ends.
  bool first = true;
  std::size_t word = 0;
  return map_characters(text, meter, [&](std::string& out, char32_t character, std::size_t end) {
    if (begins_word(character)) {
      append_lower(out, character, text.bytes(), end);
      first = true;
    } else if (std::exchange(first, false)) {
      append_upper(out, character);
      word = end;
    } else {
      append_lower(out, character, text.bytes().substr(word), end - word);
    }
  });
}

Text swap_case(const Text& text, Meter& meter) {
  return map_characters(text, meter, [&](std::string& out, char32_t character, std::size_t end) {
    if (is_upper(character)) {
      append_lower(out, character, text.bytes(), end);
    } else if (is_lower(character)) {
      append_upper(out, character);
    } else {
      append_character(out, character);
    }
  });
}

Text replace(const Text& text, const Text& old, const Text& with, std::int64_t count, Meter& meter) {
  const std::string_view bytes = text.bytes(), wanted = old.bytes();
  meter.charge_bytes(bytes.size());
  TextBuilder builder(meter);
  std::size_t done = 0, at = 0;
  for (; count != 0; --count) {
    const std::size_t found = bytes.find(wanted, at);
    if (found == std::string_view::npos) break;
    builder.append(text, done, found);
    builder.append(with);
    meter.charge(1);
    done = at = found + wanted.size();
    if (wanted.empty()) {  // between all characters, and at both ends
      if (at == bytes.size()) break;
      next_character(bytes, at);
    }
  }
  builder.append(text, done, bytes.size());
  return builder.take().as_markup(text.is_markup());
}

std::vector<Text> split(const Text& text, const Text& separator, std::int64_t most, bool from_right, Meter& meter) {
  const std::string_view bytes = text.bytes(), wanted = separator.bytes();
  if (wanted.empty()) meter.fail("the separator is empty");
  meter.charge_bytes(bytes.size());
  std::vector<Text> parts;
  const auto add = [&](std::size_t begin, std::size_t end) {
    meter.charge(2);
    meter.charge_bytes(end - begin);
    meter.check_items(parts.size() + 1);
    parts.push_back(text.part(begin, end));
  };
  if (from_right) {
    std::size_t end = bytes.size();
    for (; most != 0; --most) {
      if (end < wanted.size()) break;
      const std::size_t found = bytes.rfind(wanted, end - wanted.size());
      if (found == std::string_view::npos) break;
      add(found + wanted.size(), end);
      end = found;
    }
    add(0, end);
    std::ranges::reverse(parts);
    return parts;
  }
  std::size_t begin = 0;
  for (; most != 0; --most) {
    const std::size_t found = bytes.find(wanted, begin);
    if (found == std::string_view::npos) break;
    add(begin, found);
    begin = found + wanted.size();
  }
  add(begin, bytes.size());
  return parts;
}

std::vector<Text> split_words(const Text& text, std::int64_t most, bool from_right, Meter& meter) {
  meter.charge_bytes(text.bytes().size());
  std::vector<Text> parts;
  const auto add = [&](std::string_view part) {
    meter.charge(2);
    meter.charge_bytes(part.size());
    meter.check_items(parts.size() + 1);
    parts.push_back(text.part(part));
  };
  const auto is_word = [](char32_t character) { return !is_space(character); };
  std::string_view rest = stripped(text.bytes(), !from_right, from_right, is_space);
  for (; !rest.empty(); --most) {
    if (most == 0) {  // what is left keeps its white space but for the far end
      add(stripped(rest, from_right, !from_right, is_space));
      break;
    }
    const std::string_view behind = stripped(rest, !from_right, from_right, is_word);
    add(from_right ? rest.substr(behind.size()) : rest.substr(0, rest.size() - behind.size()));
    rest = stripped(behind, !from_right, from_right, is_space);
  }
  if (from_right) std::ranges::reverse(parts);
  return parts;
}

std::vector<Text> split_lines(const Text& text, bool keep_ends, Meter& meter) {
  const std::string_view bytes = text.bytes();
  meter.charge_bytes(bytes.size());
  std::vector<Text> lines;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = at;
    const char32_t character = next_character(bytes, at);
    if (!is_line_break(character)) continue;
    if (character == '\r' && at < bytes.size() && bytes[at] == '\n') ++at;
    meter.charge(2);
    meter.charge_bytes(at - begin);
    meter.check_items(lines.size() + 1);
    lines.push_back(text.part(begin, keep_ends ? at : end));
    begin = at;
  }
  if (begin < bytes.size()) lines.push_back(text.part(begin, bytes.size()));
  return lines;
}

Text justify(const Text& text, std::int64_t width, const Text& fill, int side, Meter& meter) {
  if (fill.length() != 1) meter.fail("what a text is filled up with must be one character");
  const auto length = static_cast<std::int64_t>(text.length());
  if (width <= length) return text;
  const std::int64_t missing = width - length;
  // An odd remainder goes to the left where the width is odd, as in CPython.
  const std::int64_t middle = missing / 2 + (missing & width & 1);
  const std::int64_t left = side < 0 ? 0 : side > 0 ? missing : middle;
  meter.check_bytes(static_cast<std::size_t>(width));
  TextBuilder builder(meter);
  for (std::int64_t i = 0; i < left; ++i) builder.append(fill);
  builder.append(text);
  for (std::int64_t i = left; i < missing; ++i) builder.append(fill);
  return builder.take().as_markup(text.is_markup());
}

Text concatenate(const std::vector<Text>& parts, const Text& between, Meter& meter) {
  TextBuilder builder(meter);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) builder.append(between);
    builder.append(parts[i]);
  }
  return builder.take();
}

}  // namespace espalier::jinja
