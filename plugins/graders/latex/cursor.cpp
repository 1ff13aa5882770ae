#include "cursor.hpp"

#include <algorithm>
#include <string>

#include "limits.hpp"

namespace espalier::latex {

const Token& Cursor::look(std::size_t ahead) const {
  static const Token nothing{TokenKind::symbol, "", false};
  return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : nothing;
}

char Cursor::take_digit() {
  std::string& digits = tokens_[at_].text;
  const char digit = digits.front();
  if (digits.size() == 1)
    ++at_;
  else
    digits.erase(0, 1);
  return digit;
}

bool Cursor::pass(std::size_t count) {
  at_ += count;
  return true;
}

bool Cursor::skip_symbol(char c) { return look().symbol(c) && pass(1); }

bool Cursor::skip_command(std::string_view name) { return look().command(name) && pass(1); }

void Cursor::expect_symbol(char c) {
  if (!skip_symbol(c)) throw Unreadable(std::string("there is no ") + c);
}

Cursor::Mark Cursor::mark(std::size_t reach) const {
  Mark mark;
  mark.at = at_;
  const auto here = tokens_.begin() + static_cast<std::ptrdiff_t>(at_);
  mark.tokens.assign(here, here + static_cast<std::ptrdiff_t>(std::min(reach, tokens_.size() - at_)));
  return mark;
}

void Cursor::back_to(const Mark& mark) {
  at_ = mark.at;
  std::copy(mark.tokens.begin(), mark.tokens.end(), tokens_.begin() + static_cast<std::ptrdiff_t>(at_));
}

}  // namespace espalier::latex
