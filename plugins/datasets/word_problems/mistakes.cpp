#include "mistakes.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace espalier::words {
namespace {

constexpr int kAttempts = 20;

/// How far wrong numbers lie from the right ones: slips of the pen and of the tens digit.
constexpr std::array<int, 8> kSlips = {-10, -2, -1, -1, 1, 1, 2, 10};

int slipped(int number, Random& random) {
  return number + kSlips[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(kSlips.size()) - 1))];
}

int slipped_within(int number, int lowest, int largest, Random& random) {
  for (;;) {
    const int wrong = slipped(number, random);
    if (wrong >= lowest && wrong <= largest) return wrong;
  }
}

Event opposite(Event event) {
  switch (event) {
    case Event::gain:
      return Event::loss;
    case Event::loss:
      return Event::gain;
    case Event::more:
      return Event::fewer;
    case Event::fewer:
      return Event::more;
    default:
      return event;
  }
}

Operator opposite(Operator op) {
  switch (op) {
    case Operator::add:
      return Operator::subtract;
    case Operator::subtract:
      return Operator::add;
    case Operator::multiply:
      return Operator::divide;
    case Operator::divide:
      return Operator::multiply;
  }
  return op;
}

void bend(PlanStep& step, int largest, Random& random) {
  Operand& operand = step.left.step < 0 && random.chance(0.5) ? step.left : step.right;
  if (operand.step < 0 && random.chance(0.6)) {
    operand.number = slipped_within(operand.number, 1, largest, random);
  } else {
    step.op = opposite(step.op);
  }
}

}  // namespace

Story misread(const Story& story, int largest, Key key) {
  Random random(key);
  Story misunderstood = story;
  std::vector<Sentence>& sentences = misunderstood.sentences;
  std::vector<std::size_t> heeded;
  for (std::size_t at = 0; at < sentences.size(); ++at) {
    if (sentences[at].event != Event::aside) heeded.push_back(at);
  }
  const std::size_t at =
      heeded[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(heeded.size()) - 1))];
  Sentence& sentence = sentences[at];
  const bool worded = sentence.event == Event::part;  // "half as many" has no number to get wrong
  if (opposite(sentence.event) != sentence.event && random.chance(0.3)) {
    sentence.event = opposite(sentence.event);
  } else if (at > 0 && (worded || random.chance(0.25))) {
    sentences.erase(sentences.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    sentence.amount = slipped_within(sentence.amount, 1, largest, random);
  }
  return misunderstood;
}

std::optional<Plan> misplan(const Plan& plan, int largest, Key key) {
  Random random(key);
  const int answer = follow(plan, largest).value().answer();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Plan bent = plan;
    if (bent.size() > 1 && random.chance(0.2)) {
      bent.pop_back();
    } else {
      bend(bent[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(bent.size()) - 1))], largest,
           random);
    }
    const auto calculation = follow(bent, largest);
    if (calculation && calculation->answer() != answer) return bent;
  }
  return std::nullopt;
}

std::optional<Calculation> miscalculate(const Plan& plan, int largest, Key key) {
  Random random(key);
  const Calculation right = follow(plan, largest).value();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const int step = static_cast<int>(random.between(0, static_cast<std::int64_t>(plan.size()) - 1));
    const int wrong = slipped_within(right.lines[static_cast<std::size_t>(step)].result, 0, largest, random);
    const auto calculation = follow(plan, largest, Slip{step, wrong});
    if (calculation && calculation->answer() != right.answer()) return calculation;
  }
  return std::nullopt;
}

}  // namespace espalier::words
