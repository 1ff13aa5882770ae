#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/jinja/text.hpp"

namespace espalier::jinja {

// What methods and filters do with texts. Marks go with the characters; markup stays markup.

/// Without the characters of `characters` at its ends; white space where that is null.
Text strip(const Text& text, const Text* characters, bool left, bool right, Meter& meter);
Text to_upper(const Text& text, Meter& meter);
Text to_lower(const Text& text, Meter& meter);
/// The first character in title case, the others in lower case.
Text capitalize(const Text& text, Meter& meter);
/// str.title: letters that follow no letter in title case, the others in lower case.
Text to_title(const Text& text, Meter& meter);
/// The filter `title`: words begin behind white space, hyphens and opening brackets.
Text title_words(const Text& text, Meter& meter);
Text swap_case(const Text& text, Meter& meter);
/// At most `count` times; a negative count means all.
Text replace(const Text& text, const Text& old, const Text& with, std::int64_t count, Meter& meter);
/// Parts between separators, at most `most` cuts from the left or right; a negative `most` means all.
std::vector<Text> split(const Text& text, const Text& separator, std::int64_t most, bool from_right, Meter& meter);
/// Parts between white space.
std::vector<Text> split_words(const Text& text, std::int64_t most, bool from_right, Meter& meter);
std::vector<Text> split_lines(const Text& text, bool keep_ends, Meter& meter);
/// `width` characters with the text at the left (-1), the right (1) or in the middle (0).
Text justify(const Text& text, std::int64_t width, const Text& fill, int side, Meter& meter);
Text concatenate(const std::vector<Text>& parts, const Text& between, Meter& meter);

}  // namespace espalier::jinja
