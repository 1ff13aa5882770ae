#pragma once

#include <espalier/random.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "study/json.hpp"

namespace espalier::study {

/// A question without what does not change it: case, and white space beyond single spaces. Problems whose questions are
/// are equal in this are one problem, whatever their ids.
std::string question_form(std::string_view question);

/// Which side of a split a problem is on. It depends on its question and the key alone: the same problem is on the same
/// side whatever other problems there are, so nothing held out leaks into training through a copy, another seed or a
/// later round.
class GroupSplit {
 public:
  /// Holds out the share `held_out` of all questions.
  GroupSplit(double held_out, Key key) : held_out_(held_out), key_(key) {}

  bool is_held_out(std::string_view question) const;

 private:
  double held_out_;
  Key key_;
};

/// What a question is known by in a split: the hash of its form.
std::string question_hash(std::string_view question);

/// What a fit keeps of its split: of each side the ids, the hashes of the questions, and a hash of all questions.
Json split_manifest(const std::vector<std::pair<std::string, std::string>>& training,
                    const std::vector<std::pair<std::string, std::string>>& held_out);

}  // namespace espalier::study
