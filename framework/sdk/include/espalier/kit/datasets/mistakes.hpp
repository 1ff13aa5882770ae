#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace espalier::stored {

/// What is wrong with the files of a dataset, collected so that one run tells many mistakes and not the first alone. Of
/// more than kMost only the number is kept.
class Mistakes {
 public:
  static constexpr std::size_t kMost = 20;

  /// `sentence` begins with the place: "problems.jsonl:3: has no field ...".
  void add(std::string sentence);
  bool any() const { return count_ > 0; }
  /// Throws BadInput with one mistake per line, when there are any.
  void settle() const;

 private:
  std::vector<std::string> told_;
  std::size_t count_ = 0;
};

}  // namespace espalier::stored
