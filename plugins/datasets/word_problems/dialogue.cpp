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
      {"assistant",
       [](D d, Key style) {
         return d.own_solution({d.story_.calculation, {}}, style);
       }},
      {"judge", [](D d, Key style) { return d.verdict(style); }},
      {"evaluator", [](D d, Key style) { return d.evaluation(style); }},
      {"critic", [](D d, Key style) { return d.evaluation(style); }},
      {"reflector", [](D d, Key style) { return d.reflection(style); }},
      {"reviser", [](D d, Key style) { return d.revision(style); }},
      {"refiner", [](D d, Key style) { return d.revision(style); }},
      {"refiner_a", [](D d, Key style) { return d.revision(style); }},
      {"refiner_b", [](D d, Key style) { return d.revision(style); }},
      {"refiner_c", [](D d, Key style) { return d.revision(style); }},
      {"final_judge", [](D d, Key style) { return d.last_word(style); }},
  };
  return parts;
}

Dialogue::Dialogue(const Story& story, const Mistakes& mistakes, int largest, Key key) : story_(story), key_(key) {
  if (errs("reader", mistakes)) misread_ = misread(story, largest, key.child("misread"));
  if (errs("planner", mistakes)) misplanned_ = misplan(story.plan, largest, key.child("misplan"));
  const Plan& heard = misplanned_ ? *misplanned_ : story.plan;
  const auto work = [&](std::string_view role, const Plan& plan) {
    Work done{follow(plan, largest).value(), {}};
    if (errs(role, mistakes)) done.bent = miscalculate(plan, largest, key.child("miscalculate").child(role));
    return done;
  };
  solver_ = work("solver", heard);
  solver_a_ = work("solver_a", story.plan);
  solver_b_ = work("solver_b", story.plan);
  solver_c_ = work("solver_c", story.plan);
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

Demonstration Dialogue::reading(Key style) const {
  Demonstration said{reading_text(story_, style), {}};
  if (misread_) said.heard = reading_text(*misread_, style);
  return said;
}

Demonstration Dialogue::planning(Key style) const {
  Demonstration said{plan_text(story_.plan, style), {}};
  if (misplanned_) said.heard = plan_text(*misplanned_, style);
  return said;
}

Demonstration Dialogue::solution(Key style) const {
  const auto text = [&](const Calculation& calculation) {
    return calculation_text(calculation, style) + result_text(calculation.answer(), style);
  };
  Demonstration said{text(solver_.meant), {}};
  if (solver_.bent) said.heard = text(*solver_.bent);
  return said;
}

Demonstration Dialogue::own_solution(const Work& work, Key style) const {
  const auto text = [&](const Calculation& calculation) {
    return calculation_text(calculation, style) + ". " + answer_text(calculation.answer());
  };
  Demonstration said{text(work.meant), {}};
  if (work.bent) said.heard = text(*work.bent);
  return said;
}

std::string Dialogue::redone(Key style) const {
  return calculation_text(story_.calculation, style) + ". " + answer_text(story_.calculation.answer());
}

Demonstration Dialogue::verification(Key style) const {
  const int answer = story_.calculation.answer();
  if (solver_.heard().answer() == answer) return {std::string(drawn(kApprovals, style)) + answer_text(answer), {}};
  return {std::string(drawn(kObjections, style)) + redone(style), {}};
}

Demonstration Dialogue::verdict(Key style) const {
  const int answer = story_.calculation.answer();
  const auto wrong = [&](const Work& work) { return work.heard().answer() != answer; };
  if (wrong(solver_) || wrong(solver_a_) || wrong(solver_b_) || wrong(solver_c_)) {
    return {std::string(drawn(kDisagreements, style)) + redone(style), {}};
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

Demonstration Dialogue::revision(Key style) const {
  return {std::string(drawn(kRevisions, style)) + redone(style), {}};
}

Demonstration Dialogue::last_word(Key style) const {
  return {std::string(drawn(kLastWords, style)) + answer_text(story_.calculation.answer()), {}};
}

}  // namespace espalier::words
