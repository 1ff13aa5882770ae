#include "story.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "lexicon.hpp"

namespace espalier::words {
namespace {

/// Puts a story together sentence by sentence, keeping the plan and the current value in step.
class Teller {
 public:
  Teller(const Difficulty& difficulty, Key key) : difficulty_(difficulty), random_(key) {
    story_.thing = pick(kThings);
    do story_.other_thing = pick(kThings);
    while (story_.other_thing == story_.thing);
  }

  Story tell() {
    begin();
    const auto steps = random_.between(difficulty_.min_steps, difficulty_.max_steps);
    while (static_cast<std::int64_t>(story_.plan.size()) < steps) {
      const bool last = static_cast<std::int64_t>(story_.plan.size()) + 1 == steps;
      if (last && random_.chance(difficulty_.together) && ask_together()) break;
      step();
    }
    story_.question.person = holder_;
    story_.question.wording = static_cast<int>(random_.between(0, 1'000));
    if (random_.chance(difficulty_.distractors)) aside();
    story_.calculation = follow(story_.plan, difficulty_.largest).value();
    return std::move(story_);
  }

 private:
  template <std::size_t N>
  std::string pick(const std::array<std::string_view, N>& words) {
    return std::string(words[static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(N) - 1))]);
  }

  int newcomer() {
    std::string name;
    do name = pick(kNames);
    while (std::find(story_.people.begin(), story_.people.end(), name) != story_.people.end());
    story_.people.push_back(std::move(name));
    return static_cast<int>(story_.people.size()) - 1;
  }

  Sentence& say(Event event, int person, int other, int amount) {
    Sentence sentence{event, person, other, amount};
    sentence.wording = static_cast<int>(random_.between(0, 1'000));
    story_.sentences.push_back(sentence);
    return story_.sentences.back();
  }

  void begin() {
    holder_ = newcomer();
    value_ = static_cast<int>(random_.between(2, difficulty_.largest * 3 / 5));  // leaves room for factors
    current_ = Operand{value_, -1};
    say(Event::start, holder_, holder_, value_);
  }

  /// Draws an event that the value allows, and its amount.
  void step() {
    constexpr std::array<Event, 13> events = {Event::gain,  Event::gain,  Event::loss,  Event::loss,  Event::share,
                                              Event::more,  Event::more,  Event::fewer, Event::fewer, Event::times,
                                              Event::times, Event::times, Event::part};
    for (;;) {
      const Event event = events[static_cast<std::size_t>(random_.between(0, events.size() - 1))];
      if (const auto amount = amount_for(event)) return happen(event, *amount);
    }
  }

  /// An amount that leaves the value a whole number in [1, largest]; nothing when the event cannot happen now. At least
  /// one of gain and loss always can, as largest >= 10.
  std::optional<int> amount_for(Event event) {
    const auto up_to = [&](int limit) -> std::optional<int> {
      limit = std::min(limit, difficulty_.largest_amount);
      if (limit < 2) return std::nullopt;
      return static_cast<int>(random_.between(2, limit));
    };
    switch (event) {
      case Event::gain:
      case Event::more:
        return up_to(difficulty_.largest - value_);
      case Event::loss:
      case Event::fewer:
        return up_to(value_ - 1);
      case Event::times: {
        const int factor = static_cast<int>(random_.between(2, 4));
        return value_ * factor <= difficulty_.largest ? std::optional(factor) : std::nullopt;
      }
      case Event::share:
      case Event::part: {
        const int parts = static_cast<int>(random_.between(2, event == Event::part ? 3 : 5));
        return value_ % parts == 0 ? std::optional(parts) : std::nullopt;
      }
      default:
        return std::nullopt;
    }
  }

  static Operator operator_of(Event event) {
    switch (event) {
      case Event::loss:
      case Event::fewer:
        return Operator::subtract;
      case Event::times:
        return Operator::multiply;
      case Event::share:
      case Event::part:
        return Operator::divide;
      default:
        return Operator::add;
    }
  }

  void happen(Event event, int amount) {
    const bool compares =
        event == Event::more || event == Event::fewer || event == Event::times || event == Event::part;
    const int before = holder_;
    if (compares) {
      previous_ = Owned{holder_, current_, value_};
      holder_ = newcomer();
    }
    Sentence& sentence = say(event, holder_, before, amount);
    if (!compares) sentence.lead = static_cast<int>(random_.between(0, kLeads.size() - 1));
    calculate(operator_of(event), current_, Operand{amount, -1});
  }

  void calculate(Operator op, Operand left, Operand right) {
    story_.plan.push_back({op, left, right});
    value_ = follow(story_.plan, difficulty_.largest).value().answer();
    current_ = Operand{0, static_cast<int>(story_.plan.size()) - 1};
  }

  /// Ends the story with a sum of what the last two people have, if there are two and the sum stays in range.
  bool ask_together() {
    if (!previous_ || previous_->value + value_ > difficulty_.largest) return false;
    story_.question.together_with = previous_->person;
    calculate(Operator::add, previous_->amount, current_);
    return true;
  }

  /// Puts in a sentence that does not matter, anywhere after the first.
  void aside() {
    const bool stranger = random_.chance(0.5);
    const int person = stranger
                           ? newcomer()
                           : static_cast<int>(random_.between(0, static_cast<std::int64_t>(story_.people.size()) - 1));
    Sentence sentence{Event::aside, person, person, static_cast<int>(random_.between(2, difficulty_.largest))};
    sentence.wording = static_cast<int>(random_.between(0, 1'000));
    story_.sentences.insert(
        story_.sentences.begin() + random_.between(1, static_cast<std::int64_t>(story_.sentences.size())), sentence);
  }

  struct Owned {
    int person;
    Operand amount;
    int value;
  };

  const Difficulty& difficulty_;
  Random random_;
  Story story_;
  int holder_ = 0;
  int value_ = 0;
  Operand current_;
  std::optional<Owned> previous_;  ///< whom the holder was last compared with
};

/// Fills {s}, {o}, {n}, {t} and {u} of a wording.
std::string filled(std::string_view wording, const Story& story, const Sentence& sentence) {
  std::string text;
  for (std::size_t at = 0; at < wording.size(); ++at) {
    if (wording[at] != '{') {
      text += wording[at];
      continue;
    }
    switch (wording[at + 1]) {
      case 's':
        text += story.people[static_cast<std::size_t>(sentence.person)];
        break;
      case 'o':
        text += story.people[static_cast<std::size_t>(sentence.other)];
        break;
      case 'n':
        text += std::to_string(sentence.amount);
        break;
      case 't':
        text += story.thing;
        break;
      default:
        text += story.other_thing;
        break;
    }
    at += 2;
  }
  return text;
}

std::span<const std::string_view> wordings_of(const Sentence& sentence) {
  switch (sentence.event) {
    case Event::start:
      return kStarts;
    case Event::gain:
      return kGains;
    case Event::loss:
      return kLosses;
    case Event::share:
      return kShares;
    case Event::more:
      return kMore;
    case Event::fewer:
      return kFewer;
    case Event::times:
      return kTimes;
    case Event::part:
      return sentence.amount == 2 ? std::span<const std::string_view>(kHalves) : kThirds;
    case Event::aside:
      return kAsides;
  }
  return kStarts;
}

std::string_view choose(std::span<const std::string_view> wordings, int wording) {
  return wordings[static_cast<std::size_t>(wording) % wordings.size()];
}

}  // namespace

Story draw_story(const Difficulty& difficulty, Key key) { return Teller(difficulty, key).tell(); }

std::string clause(const Story& story, const Sentence& sentence) {
  return filled(choose(wordings_of(sentence), sentence.wording), story, sentence);
}

std::string question_text(const Story& story) {
  std::string text;
  for (const Sentence& sentence : story.sentences) {
    text += kLeads[static_cast<std::size_t>(sentence.lead)];
    text += clause(story, sentence) + ". ";
  }
  const StoryQuestion& question = story.question;
  const std::span<const std::string_view> wordings =
      question.together_with ? std::span<const std::string_view>(kSums) : kQuestions;
  const Sentence asked{Event::start, question.person, question.together_with.value_or(question.person)};
  return text + filled(choose(wordings, question.wording), story, asked);
}

}  // namespace espalier::words
