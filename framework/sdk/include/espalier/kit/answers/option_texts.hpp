#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::answers {

/// The texts of a problem's options, by which an answer may name one without its letter.
class OptionTexts {
 public:
  OptionTexts() = default;
  /// Those among a problem's attributes whose names are single capitals.
  explicit OptionTexts(const std::map<std::string, std::string>& attributes);

  /// The letter of the one option whose text a part of an answer is; or begins with, where a sign that ends a sentence
  /// or clause follows, or a word that gives reasons: "Paris", "**Paris.**", "\text{Paris}", "Paris, since ...". Blanks
  /// are one blank and case does not count. Where no option is named as it is written, zeros that end decimals and
  /// separators of thousands do not count either: "0.30" names 0.3, "12 000" 12,000. Nothing where no option is named
  /// so, or several, or a question goes on ("Paris? No.").
  std::optional<char> letter_of(std::string_view part) const;

  /// The letter of the one option whose text, as above, the last sentence of a line says that something is: behind
  /// "is", "was", "are", "be", "equals", "=", "it's" or "that's" and perhaps an article, in a clause that nothing
  /// before denies (see clauses.hpp). A question says nothing.
  std::optional<char> said_last(std::string_view line) const;

 private:
  struct Option {
    char letter;
    std::string text;
    std::string value;  ///< the text without zeros that end decimals and separators of thousands
  };
  std::optional<char> only_named(std::string_view said, std::string Option::*text) const;

  std::vector<Option> options_;
  std::size_t longest_ = 0;
};

}  // namespace espalier::answers
