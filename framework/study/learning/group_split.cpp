#include "study/learning/group_split.hpp"

#include <cctype>
#include <set>
#include <utility>

#include "host/content_hash.hpp"
#include "study/learning/single_spaced.hpp"

namespace espalier::study {

std::string question_form(std::string_view question) {
  std::string form = single_spaced(question);
  for (char& c : form) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return form;
}

std::string question_hash(std::string_view question) { return host::hash_text(question_form(question)); }

bool GroupSplit::is_held_out(std::string_view question) const {
  return draw_uniform(key_.child(question_form(question)), 0) < held_out_;
}

namespace {

Json side(const std::vector<std::pair<std::string, std::string>>& problems) {
  std::set<std::string> ids;
  std::set<std::string> questions;
  for (const auto& [id, question] : problems) {
    ids.insert(id);
    questions.insert(question_form(question));
  }
  std::string all;
  std::set<std::string> hashes;
  for (const auto& question : questions) {
    all += question + '\n';
    hashes.insert(question_hash(question));
  }
  return {{"problems", ids.size()}, {"hash", host::hash_text(all)}, {"ids", ids}, {"questions", hashes}};
}

}  // namespace

Json split_manifest(const std::vector<std::pair<std::string, std::string>>& training,
                    const std::vector<std::pair<std::string, std::string>>& held_out) {
  return {{"training", side(training)}, {"held_out", side(held_out)}};
}

}  // namespace espalier::study
