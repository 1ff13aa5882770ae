#include "models/tokenizer/expression.hpp"

#include <algorithm>
#include <cctype>

#include "base/utf8.hpp"

namespace espalier::models {
namespace {

constexpr base::Regex::Options kOptions{.unicode_classes = true, .every_line = true};
constexpr std::string_view kWord = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc})";

bool is_alphanumeric(char byte) { return std::isalnum(static_cast<unsigned char>(byte)) != 0; }
bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// Writes an expression of Oniguruma's syntax in Perl's.
class Translation {
 public:
  explicit Translation(std::string_view pattern) : pattern_(pattern) {}

  /// Throws std::invalid_argument at what has no equal.
  std::string translate() {
    while (at_ < pattern_.size()) {
      const char next = pattern_[at_];
      if (next == '\\') {
        escape();
      } else if (in_class_) {
        class_character(next);
      } else if (next == '[') {
        open_class();
      } else if (next == '{') {
        repetition();
      } else if (pattern_.substr(at_).starts_with("(?")) {
        group();
      } else {
        copy(1);
      }
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse(std::string_view what) const {
    throw std::invalid_argument("uses " + std::string(what) + " at character " + std::to_string(at_ + 1) +
                                ", which is not supported");
  }

  void copy(std::size_t count) {
    out_ += pattern_.substr(at_, count);
    at_ += count;
  }
  /// Writes `text` for the `count` bytes that come next.
  void replace(std::size_t count, std::string_view text) {
    out_ += text;
    at_ += count;
  }

  void escape() {
    if (at_ + 1 >= pattern_.size()) refuse("a lone \\");
    const char kind = pattern_[at_ + 1];
    const std::string word = in_class_ ? std::string(kWord) : "[" + std::string(kWord) + "]";
    switch (kind) {
      case 's':
        return replace(2, R"(\p{White_Space})");
      case 'S':
        return replace(2, R"(\P{White_Space})");
      case 'd':
        return replace(2, R"(\p{Nd})");
      case 'D':
        return replace(2, R"(\P{Nd})");
      case 'w':
        return replace(2, word);
      case 'W':
        if (in_class_) refuse("\\W inside of brackets");
        return replace(2, "[^" + std::string(kWord) + "]");
      case 'v':
        return replace(2, R"(\x0b)");
      case 'u':
        return replace(6, R"(\x{)" + std::string(pattern_.substr(at_ + 2, 4)) + "}");
      case 'p':
      case 'P': {
        const std::size_t end = pattern_.find('}', at_);
        return copy(end == std::string_view::npos ? 2 : end + 1 - at_);
      }
      case 'x': {
        const std::size_t end = pattern_.find('}', at_);
        const bool braces = pattern_.substr(at_ + 2).starts_with('{') && end != std::string_view::npos;
        return copy(braces ? end + 1 - at_ : 2);
      }
      default:
        break;
    }
    constexpr std::string_view same = "nrtfae", outside = "AzZ";
    if (is_alphanumeric(kind) && same.find(kind) == std::string_view::npos &&
        (in_class_ || outside.find(kind) == std::string_view::npos))
      refuse("\\" + std::string(1, kind));
    copy(2);
  }

  void open_class() {
    in_class_ = true;
    copy(1);
    if (at_ < pattern_.size() && pattern_[at_] == '^') copy(1);
    if (at_ < pattern_.size() && pattern_[at_] == ']') copy(1);
  }

  void class_character(char next) {
    if (next == ']') in_class_ = false;
    if (next == '[') {
      if (!pattern_.substr(at_).starts_with("[:")) refuse("brackets inside of brackets");
      const std::size_t end = pattern_.find(":]", at_);
      return copy(end == std::string_view::npos ? 1 : end + 2 - at_);
    }
    if (pattern_.substr(at_).starts_with("&&")) refuse("&& inside of brackets");
    copy(1);
  }

  // {2,3}+ repeats a repetition there, and gives nothing back here; {,3} begins at 0 there, and is a text here.
  void repetition() {
    const std::size_t end = std::min(pattern_.find('}', at_), pattern_.size());
    const std::string_view inside = pattern_.substr(at_ + 1, end - at_ - 1);
    const bool counts = !inside.empty() && end < pattern_.size() &&
                        std::ranges::all_of(inside, [](char byte) { return is_digit(byte) || byte == ','; });
    if (!counts) return copy(1);
    const bool upward = inside.front() == ',';
    replace(inside.size() + 2, "{" + std::string(upward ? "0" : "") + std::string(inside) + "}");
    if (at_ < pattern_.size() && pattern_[at_] == '+') refuse("a + behind a repetition");
  }

  // (?m) lets a dot match line ends there, and means lines here.
  void group() {
    std::size_t end = at_ + 2;
    while (end < pattern_.size() && (is_alphanumeric(pattern_[end]) || pattern_[end] == '-')) ++end;
    const std::string_view switches = pattern_.substr(at_ + 2, end - at_ - 2);
    if (switches.find_first_not_of("ix-") != std::string_view::npos)
      refuse("the switch (?" + std::string(switches) + ")");
    copy(end - at_);
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  bool in_class_ = false;
  std::string out_;
};

}  // namespace

bool is_white_space(char32_t character) {
  return (character >= 0x09 && character <= 0x0D) || character == 0x20 || character == 0x85 || character == 0xA0 ||
         character == 0x1680 || (character >= 0x2000 && character <= 0x200A) || character == 0x2028 ||
         character == 0x2029 || character == 0x202F || character == 0x205F || character == 0x3000;
}

bool is_word_character(char32_t character) {
  static const base::Regex word("[" + std::string(kWord) + R"(\x{200C}\x{200D}])", kOptions);
  std::string text;
  base::append_character(text, character);
  return word.found_in(text);
}

base::Regex literal_expression(std::string_view text) {
  std::string pattern;
  for (const char byte : text) {
    if (static_cast<unsigned char>(byte) < 0x80 && !is_alphanumeric(byte)) pattern += '\\';
    pattern += byte;
  }
  return base::Regex(pattern, kOptions);
}

base::Regex published_expression(const JsonFile& file, std::string_view key, std::string_view pattern) {
  try {
    return base::Regex(Translation(pattern).translate(), kOptions);
  } catch (const std::invalid_argument& error) {
    file.fail(key, "has the expression " + JsonFile::spelled(std::string(pattern)) + ": it " +
                       (std::string_view(error.what()).starts_with("uses ") ? "" : "fails: ") + error.what());
  }
}

base::Regex read_pattern(const JsonFile& step, std::string_view key) {
  const JsonFile pattern(step.path(), step.require<JsonFile::Json>("pattern"));
  if (pattern.has("Regex")) return published_expression(step, key, pattern.require<std::string>("Regex"));
  return literal_expression(pattern.require<std::string>("String"));
}

}  // namespace espalier::models
