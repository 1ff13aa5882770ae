#include "messages.hpp"

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace espalier::words {
namespace {

using Wordings = std::string_view;

constexpr std::array<Wordings, 4> kReadingOpenings = {"Given: ", "Facts: ", "We know: ", "Note: "};
constexpr std::array<Wordings, 3> kReadingSeparators = {"; ", ", ", " and "};
constexpr Wordings kUnread = "as told";
constexpr std::array<Wordings, 3> kGoals = {"; find ", "; wanted: ", "; look for "};

constexpr std::array<Wordings, 4> kPlanOpenings = {"Steps: ", "Plan: ", "Do this: ", "Work out: "};
constexpr std::array<Wordings, 3> kPlanBinders = {"let ", "set ", ""};
constexpr std::array<Wordings, 3> kPlanSeparators = {", next ", ", then ", "; "};
constexpr std::array<Wordings, 3> kPlanEndings = {"; answer ", "; report ", "; give "};

constexpr std::array<Wordings, 4> kCalculationSeparators = {", so ", ", then ", ", and ", "; "};
constexpr std::array<Wordings, 3> kResults = {"; final ", "; result ", "; that gives "};

std::string_view symbol(Operator op) {
  switch (op) {
    case Operator::add:
      return " + ";
    case Operator::subtract:
      return " - ";
    case Operator::multiply:
      return " * ";
    case Operator::divide:
      return " / ";
  }
  return " ";
}

bool additive(Operator op) { return op == Operator::add || op == Operator::subtract; }

/// Whether an operand that is itself a calculation stands in parentheses.
bool enclosed(Operator inner, Operator outer, bool right) {
  if (additive(inner) && !additive(outer)) return true;
  return right && (outer == Operator::subtract || outer == Operator::divide);
}

/// What a step calculates, the steps folded into it written out. `spell` gives the text of any other operand.
template <typename Spell>
std::string expression(const Plan& plan, const Folds& folds, const PlanStep& step, const Spell& spell) {
  const auto side = [&](const Operand& operand, bool right) -> std::string {
    if (operand.step < 0 || !folds[static_cast<std::size_t>(operand.step)]) return spell(operand);
    const PlanStep& inner = plan[static_cast<std::size_t>(operand.step)];
    const std::string text = expression(plan, folds, inner, spell);
    return enclosed(inner.op, step.op, right) ? "( " + text + " )" : text;
  };
  return side(step.left, false).append(symbol(step.op)) + side(step.right, true);
}

}  // namespace

std::string_view drawn(std::span<const std::string_view> wordings, Key style) {
  return wordings[static_cast<std::size_t>(draw_uniform(style, 0) * static_cast<double>(wordings.size()))];
}

std::string line_text(const Line& line) {
  return std::to_string(line.left).append(symbol(line.op)) + std::to_string(line.right) + " = " +
         std::to_string(line.result);
}

std::string reading_text(const Story& story, bool hasty, Key style) {
  const std::string_view separator = drawn(kReadingSeparators, style.child("separator"));
  std::string text(drawn(kReadingOpenings, style.child("opening")));
  if (hasty) text += kUnread;
  bool first = true;
  for (const Sentence& sentence : story.sentences) {
    if (hasty || sentence.event == Event::aside) continue;
    if (!first) text += separator;
    first = false;
    text += clause(story, sentence);
  }
  text += drawn(kGoals, style.child("goal"));
  const StoryQuestion& question = story.question;
  if (question.together_with) text += story.people[static_cast<std::size_t>(*question.together_with)] + " and ";
  return text + story.people[static_cast<std::size_t>(question.person)];
}

std::string plan_text(const Plan& plan, const Folds& folds, Key style) {
  const std::string_view separator = drawn(kPlanSeparators, style.child("separator"));
  std::string text(drawn(kPlanOpenings, style.child("opening")));
  text += drawn(kPlanBinders, style.child("binder"));
  std::vector<char> letters(plan.size(), '?');
  const auto spell = [&](const Operand& operand) {
    return operand.step < 0 ? std::to_string(operand.number)
                            : std::string(1, letters[static_cast<std::size_t>(operand.step)]);
  };
  char next = 'a';
  for (std::size_t step = 0; step < plan.size(); ++step) {
    if (folds[step]) continue;
    if (next > 'a') text += separator;
    text += next;
    text += " = " + expression(plan, folds, plan[step], spell);
    letters[step] = next++;
  }
  text += drawn(kPlanEndings, style.child("ending"));
  return text + letters.back();
}

std::string calculation_text(const Plan& plan, const Calculation& calculation, const Folds& folds, Key style) {
  const std::string_view separator = drawn(kCalculationSeparators, style.child("separator"));
  const auto spell = [&](const Operand& operand) {
    return std::to_string(operand.step < 0 ? operand.number
                                           : calculation.lines[static_cast<std::size_t>(operand.step)].result);
  };
  std::string text;
  for (std::size_t step = 0; step < plan.size(); ++step) {
    if (folds[step]) continue;
    if (!text.empty()) text += separator;
    text += expression(plan, folds, plan[step], spell) + " = " + std::to_string(calculation.lines[step].result);
  }
  return text;
}

std::string result_text(int result, Key style) {
  return std::string(drawn(kResults, style.child("result"))) + std::to_string(result);
}

std::string answer_text(int answer) { return "Answer: " + std::to_string(answer); }

}  // namespace espalier::words
