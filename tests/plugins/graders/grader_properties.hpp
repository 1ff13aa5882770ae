#pragma once

#include <algorithm>
#include <espalier/grader.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace espalier::testing {

/// A grader broke one of its promises.
class BrokenPromise : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Lets a grader read any bytes, as an answer and as a gold one, and holds it to what graders.hpp promises whatever
/// they are: the first line is the gold answer, the rest a model's text. Throws BrokenPromise, or whatever the grader
/// does.
inline void hold_to_promises(const Grader& grader, std::string_view bytes) {
  const std::size_t line_end = std::min(bytes.find('\n'), bytes.size());
  const std::string_view gold_text = bytes.substr(0, line_end);
  const std::string_view text = bytes.substr(std::min(line_end + 1, bytes.size()));
  const auto expect = [](bool kept, const char* promise) {
    if (!kept) throw BrokenPromise(promise);
  };
  const auto gold = grader.reference(gold_text);
  const Problem problem{.id = "", .question = "", .attributes = {{"A", std::string(gold_text)}, {"B", "5"}}};
  const auto answer = grader.answer_to(problem, text);
  for (const auto* found : {&gold, &answer}) {
    if (!*found) continue;
    expect(!(*found)->canonical.empty(), "a canonical form is not empty");
    expect(!(*found)->rule.empty(), "a rule is named");
    expect(grader.equal(**found, **found).equal, "an answer equals itself");
  }
  if (gold) expect(grader.reference(gold_text)->canonical == gold->canonical, "a gold answer is read in one way");
  if (answer) expect(grader.answer_to(problem, text)->canonical == answer->canonical, "an answer is read in one way");
  if (!gold || !answer) return;
  const Verdict verdict = grader.equal(*answer, *gold);
  expect(!verdict.reason.empty(), "a verdict has its reason");
  expect(verdict.equal || answer->canonical != gold->canonical, "one canonical form means equality");
}

}  // namespace espalier::testing
