#include "messages.hpp"

#include <array>
#include <span>
#include <string_view>

namespace espalier::words {
namespace {

using Wordings = std::string_view;

constexpr std::array<Wordings, 4> kReadingOpenings = {"Given: ", "Facts: ", "We know: ", "Note: "};
constexpr std::array<Wordings, 3> kReadingSeparators = {"; ", ", ", " and "};
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

char letter(int step) { return static_cast<char>('a' + step); }

std::string spelled(const Operand& operand) {
  return operand.step < 0 ? std::to_string(operand.number) : std::string(1, letter(operand.step));
}

}  // namespace

std::string_view drawn(std::span<const std::string_view> wordings, Key style) {
  return wordings[static_cast<std::size_t>(draw_uniform(style, 0) * static_cast<double>(wordings.size()))];
}

std::string line_text(const Line& line) {
  return std::to_string(line.left).append(symbol(line.op)) + std::to_string(line.right) + " = " +
         std::to_string(line.result);
}

std::string reading_text(const Story& story, Key style) {
  const std::string_view separator = drawn(kReadingSeparators, style.child("separator"));
  std::string text(drawn(kReadingOpenings, style.child("opening")));
  bool first = true;
  for (const Sentence& sentence : story.sentences) {
    if (sentence.event == Event::aside) continue;
    if (!first) text += separator;
    first = false;
    text += clause(story, sentence);
  }
  text += drawn(kGoals, style.child("goal"));
  const StoryQuestion& question = story.question;
  if (question.together_with) text += story.people[static_cast<std::size_t>(*question.together_with)] + " and ";
  return text + story.people[static_cast<std::size_t>(question.person)];
}

std::string plan_text(const Plan& plan, Key style) {
  const std::string_view separator = drawn(kPlanSeparators, style.child("separator"));
  std::string text(drawn(kPlanOpenings, style.child("opening")));
  text += drawn(kPlanBinders, style.child("binder"));
  for (std::size_t step = 0; step < plan.size(); ++step) {
    if (step > 0) text += separator;
    text += letter(static_cast<int>(step));
    text += " = " + spelled(plan[step].left);
    text += symbol(plan[step].op);
    text += spelled(plan[step].right);
  }
  text += drawn(kPlanEndings, style.child("ending"));
  return text + letter(static_cast<int>(plan.size()) - 1);
}

std::string calculation_text(const Calculation& calculation, Key style) {
  const std::string_view separator = drawn(kCalculationSeparators, style.child("separator"));
  std::string text;
  for (const Line& line : calculation.lines) {
    if (!text.empty()) text += separator;
    text += line_text(line);
  }
  return text;
}

std::string result_text(int result, Key style) {
  return std::string(drawn(kResults, style.child("result"))) + std::to_string(result);
}

std::string answer_text(int answer) { return "Answer: " + std::to_string(answer); }

}  // namespace espalier::words
