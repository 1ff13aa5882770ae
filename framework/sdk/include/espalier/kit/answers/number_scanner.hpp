#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <espalier/kit/answers/ascii.hpp>
#include <string_view>

namespace espalier::answers {

/// Reads numbers off a text from one position onwards; every `skip...` returns whether it moved.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  void move_to(std::size_t at) { at_ = at; }
  char look(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  std::string_view rest() const { return text_.substr(at_); }
  char behind() const { return at_ > 0 ? text_[at_ - 1] : '\0'; }
  /// Whether a character begins here that ASCII does not have.
  bool foreign() const { return static_cast<unsigned char>(look()) >= 0x80; }

  bool skip(std::string_view what) {
    if (text_.substr(at_, what.size()) != what) return false;
    at_ += what.size();
    return true;
  }
  template <std::size_t N>
  bool skip_any(const std::array<std::string_view, N>& options) {
    return std::any_of(options.begin(), options.end(), [&](std::string_view option) { return skip(option); });
  }
  void skip_spaces() {
    while (look() == ' ' || look() == '\t') ++at_;
  }
  std::string_view digits() {
    const std::size_t begin = at_;
    while (digit(look())) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  std::string_view word() const {
    std::size_t end = at_;
    while (end < text_.size() && letter(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }

 private:
  std::string_view text_;
  std::size_t at_;
};

inline constexpr std::array<std::string_view, 3> kMinus = {"-", "\u2212", "\u2013"};
inline constexpr std::array<std::string_view, 5> kCurrency = {"$", "\\$", "\u20ac", "\u00a3", "\u00a5"};

}  // namespace espalier::answers
