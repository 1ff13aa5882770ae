#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <espalier/kit/answers/ascii.hpp>
#include <string_view>

namespace espalier::answers {

/// A list of words of a grammar, in small letters. Most words that it lacks are told by their length and first letter.
template <std::size_t N>
class Words {
 public:
  constexpr explicit Words(const std::string_view (&words)[N]) {
    for (std::size_t at = 0; at < N; ++at) {
      words_[at] = words[at];
      initials_[words[at].size() % initials_.size()] |= initial(words[at]);
    }
  }

  constexpr bool contain(std::string_view word) const {
    if (word.empty() || (initials_[word.size() % initials_.size()] & initial(word)) == 0) return false;
    for (const std::string_view each : words_) {
      if (each == word) return true;
    }
    return false;
  }

 private:
  static constexpr std::uint32_t initial(std::string_view word) {
    return std::uint32_t{1} << (static_cast<unsigned char>(word[0]) % 32);
  }

  std::array<std::string_view, N> words_;
  std::array<std::uint32_t, 16> initials_{};
};

}  // namespace espalier::answers
