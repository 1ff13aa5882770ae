#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "tokens.hpp"

namespace espalier::latex {

/// A place in a list of tokens, which are read one by one.
class Cursor {
 public:
  explicit Cursor(std::span<const Token> tokens) : tokens_(tokens.begin(), tokens.end()) {}

  bool ended() const { return at_ == tokens_.size(); }
  /// The token here or further on; an empty symbol behind the last one.
  const Token& look(std::size_t ahead = 0) const;
  /// The token before this place, which must not be the first.
  const Token& behind() const { return tokens_[at_ - 1]; }

  /// Passes over the token here, which must be one, and returns it.
  const Token& take() { return tokens_[at_++]; }
  /// Passes over the first digit of the number here, so that the others are left to be read.
  char take_digit();
  /// Passes over so many tokens, which must be there; true, to stand at the end of a condition.
  bool pass(std::size_t count);

  /// Each passes over a token that is the one wanted, and says whether it did.
  bool skip_symbol(char c);
  bool skip_command(std::string_view name);
  /// Throws Unreadable where the symbol does not stand here.
  void expect_symbol(char c);

  /// A place to come back to, with the tokens behind it as they were.
  class Mark {
    friend class Cursor;
    std::size_t at = 0;
    std::vector<Token> tokens;
  };
  /// Marks this place for an attempt that takes digits from the next `reach` tokens at most.
  Mark mark(std::size_t reach) const;
  void back_to(const Mark& mark);

 private:
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace espalier::latex
