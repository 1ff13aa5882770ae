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
  /// are one blank and case does not count. Nothing where no option is named so, or several.
  std::optional<char> letter_of(std::string_view part) const;

 private:
  struct Option {
    char letter;
    std::string text;
  };
  std::vector<Option> options_;
  std::size_t longest_ = 0;
};

}  // namespace espalier::answers
