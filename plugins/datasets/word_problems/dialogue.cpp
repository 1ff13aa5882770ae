#include "dialogue.hpp"

#include <algorithm>
#include <array>

#include "messages.hpp"
#include "mistakes.hpp"

namespace espalier::words {
namespace {

using Wording = std::string_view;

constexpr std::array<Wording, 4> kApprovals = {"Looks right. ", "Checked. ", "Agreed. ", "No mistake. "};
constexpr std::array<Wording, 3> kObjections = {"INCORRECT: ", "INCORRECT, again: ", "INCORRECT, redo: "};
constexpr std::array<Wording, 2> kAgreements = {"AGREE. ", "All AGREE. "};
constexpr std::array<Wording, 2> kDisagreements = {"DISAGREE: ", "They DISAGREE: "};
constexpr std::array<Wording, 2> kSound = {"CORRECT: every step holds.", "CORRECT, all steps hold."};
constexpr std::array<Wording, 2> kUnsound = {"INCORRECT: ", "INCORRECT, as "};
constexpr std::array<Wording, 2> kTips = {"Tip: ", "Hint: "};
constexpr std::array<Wording, 3> kRevisions = {"Revised: ", "Again: ", "Better: "};
constexpr std::array<Wording, 2> kLastWords = {"Settled. ", "That settles it. "};

/// The first line whose result is not what its operator gives.
const Line* first_slip(const Calculation& calculation) {
  const auto wrong = [](const Line& line) { return apply(line.op, line.left, line.right, line.result) != line.result; };
  const auto found = std::find_if(calculation.lines.begin(), calculation.lines.end(), wrong);
  return found == calculation.lines.end() ? nullptr : &*found;
}

/// The line with the right result; its operands as they stand.
std::string mended(const Line& line, int largest) {
  const auto result = apply(line.op, line.left, line.right, largest);
  if (!result) return line_text(line) + " cannot be";
  Line right = line;
  right.result = *result;
  return line_text(right);
}

Folds folds_of(const Plan& plan, bool hasty) { return hasty ? in_pairs(plan) : one_by_one(plan); }

constexpr int kAnyResult = 1'000'000;

}  // namespace

struct Dialogue::Part {
  std::string_view role;
  Demonstration (*tell)(const Dialogue&, Key style);
};

const std::vector<Dialogue::Part>& Dialogue::parts() {
  using D = const Dialogue&;
  static const std::vector<Part> parts = {
      {"reader", [](D d, Key style) { return d.reading(style); }},
      {"planner", [](D d, Key style) { return d.planning(style); }},
      {"solver", [](D d, Key style) { return d.solution(style); }},
      {"verifier", [](D d, Key style) { return d.verification(style); }},
      {"solver_a", [](D d, Key style) { return d.own_solution(d.solver_a_, style); }},
      {"solver_b", [](D d, Key style) { return d.own_solution(d.solver_b_, style); }},
      {"solver_c", [](D d, Key style) { return d.own_solution(d.solver_c_, style); }},
      {"assistant", [](D d, Key style) { return d.own_solution(d.assistant_, style); }},
      {"judge", [](D d, Key style) { return d.verdict(style); }},
      {"evaluator", [](D d, Key style) { return d.evaluation(style); }},
      {"critic", [](D d, Key style) { return d.evaluation(style); }},
      {"reflector", [](D d, Key style) { return d.reflection(style); }},
      {"reviser", [](D d, Key style) { return d.revision("reviser", style); }},
      {"refiner", [](D d, Key style) { return d.revision("refiner", style); }},
      {"refiner_a", [](D d, Key style) { return d.revision("refiner_a", style); }},
      {"refiner_b", [](D d, Key style) { return d.revision("refiner_b", style); }},
      {"refiner_c", [](D d, Key style) { return d.revision("refiner_c", style); }},
      {"final_judge", [](D d, Key style) { return d.last_word(style); }},
  };
  return parts;
}

Dialogue::Dialogue(const Story& story, const Habits& habits, int largest, Key key)
    : story_(story),
      key_(key),
      haste_(habits.haste),
      hasty_reading_(hurries("reader")),
      hasty_planning_(hurries("planner")) {
  const Mistakes& mistakes = habits.mistakes;
  if (!hasty_reading_ && errs("reader", mistakes)) misread_ = misread(story, largest, key.child("misread"));
  if (errs("planner", mistakes)) misplanned_ = misplan(story.plan, largest, key.child("misplan"));
  const auto work = [&](std::string_view role, const Plan& plan, bool hasty) {
    Work done{plan, folds_of(plan, hasty), follow(plan, largest).value(), {}};
    if (errs(role, mistakes)) done.bent = miscalculate(plan, largest, key.child("miscalculate").child(role));
    return done;
  };
  const auto own_work = [&](std::string_view role) { return work(role, story.plan, hurries(role)); };
  solver_ = work("solver", misplanned_ ? *misplanned_ : story.plan, hasty_planning_);
  assistant_ = own_work("assistant");
  solver_a_ = own_work("solver_a");
  solver_b_ = own_work("solver_b");
  solver_c_ = own_work("solver_c");
}

std::optional<Demonstration> Dialogue::message(std::string_view role) const {
  const auto found = std::find_if(parts().begin(), parts().end(), [&](const Part& part) { return part.role == role; });
  if (found == parts().end()) return std::nullopt;
  return found->tell(*this, key_.child("style").child(role));
}

std::vector<std::string_view> Dialogue::roles() {
  std::vector<std::string_view> names;
  for (const Part& part : parts()) names.push_back(part.role);
  return names;
}

bool Dialogue::errs(std::string_view role, const Mistakes& mistakes) const {
  if (std::find(mistakes.roles.begin(), mistakes.roles.end(), role) == mistakes.roles.end()) return false;
  return draw_uniform(key_.child("errs").child(role), 0) < mistakes.probability;
}

bool Dialogue::hurries(std::string_view role) const {
  return draw_uniform(key_.child("hurries").child(role), 0) < haste_;
}

Demonstration Dialogue::reading(Key style) const {
  Demonstration said{reading_text(story_, hasty_reading_, style), {}};
  if (misread_) said.heard = reading_text(*misread_, hasty_reading_, style);
  return said;
}

Demonstration Dialogue::planning(Key style) const {
  const auto text = [&](const Plan& plan) { return plan_text(plan, folds_of(plan, hasty_planning_), style); };
  Demonstration said{text(story_.plan), {}};
  if (misplanned_) said.heard = text(*misplanned_);
  return said;
}

Demonstration Dialogue::solution(Key style) const {
  const auto text = [&](const Calculation& calculation) {
    return spelled(solver_, calculation, style) + result_text(calculation.answer(), style);
  };
  Demonstration said{text(solver_.meant), {}};
  if (solver_.bent) said.heard = text(*solver_.bent);
  return said;
}

Demonstration Dialogue::own_solution(const Work& work, Key style) const {
  const auto text = [&](const Calculation& calculation) {
    return spelled(work, calculation, style) + ". " + answer_text(calculation.answer());
  };
  Demonstration said{text(work.meant), {}};
  if (work.bent) said.heard = text(*work.bent);
  return said;
}

std::string Dialogue::spelled(const Work& work, const Calculation& calculation, Key style) {
  return calculation_text(work.plan, calculation, work.folds, style);
}

std::string Dialogue::redone(std::string_view role, Key style) const {
  return calculation_text(story_.plan, story_.calculation, folds_of(story_.plan, hurries(role)), style) + ". " +
         answer_text(story_.calculation.answer());
}

Demonstration Dialogue::verification(Key style) const {
  const int answer = story_.calculation.answer();
  if (solver_.heard().answer() == answer) return {std::string(drawn(kApprovals, style)) + answer_text(answer), {}};
  return {std::string(drawn(kObjections, style)) + redone("verifier", style), {}};
}

Demonstration Dialogue::verdict(Key style) const {
  const int answer = story_.calculation.answer();
  const auto wrong = [&](const Work& work) { return work.heard().answer() != answer; };
  if (wrong(solver_) || wrong(solver_a_) || wrong(solver_b_) || wrong(solver_c_)) {
    return {std::string(drawn(kDisagreements, style)) + redone("judge", style), {}};
  }
  return {std::string(drawn(kAgreements, style)) + answer_text(answer), {}};
}

Demonstration Dialogue::evaluation(Key style) const {
  const Line* const slip = first_slip(solver_.heard());
  if (slip == nullptr) return {std::string(drawn(kSound, style)), {}};
  return {std::string(drawn(kUnsound, style)) + mended(*slip, kAnyResult) + ".", {}};
}

Demonstration Dialogue::reflection(Key style) const {
  const Line* const slip = first_slip(solver_.heard());
  const std::string opening(drawn(kTips, style));
  if (slip == nullptr) return {opening + "keep " + std::to_string(solver_.heard().answer()) + ".", {}};
  return {opening + mended(*slip, kAnyResult) + ", go on from there.", {}};
}

Demonstration Dialogue::revision(std::string_view role, Key style) const {
  return {std::string(drawn(kRevisions, style)) + redone(role, style), {}};
}

Demonstration Dialogue::last_word(Key style) const {
  return {std::string(drawn(kLastWords, style)) + answer_text(story_.calculation.answer()), {}};
}

}  // namespace espalier::words
