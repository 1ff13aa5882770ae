#include "word_problems/story.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

using namespace espalier;
using namespace espalier::words;

namespace {

Story story(std::uint64_t number, const Difficulty& difficulty = {}) {
  return draw_story(difficulty, Key{7, 11}.child(number));
}

/// The answer told from the sentences alone, by other means than the plan: everyone's possessions are kept up to date.
int answer_told(const Story& story) {
  std::map<int, int> owned;
  for (const Sentence& sentence : story.sentences) {
    int& mine = owned[sentence.person];
    switch (sentence.event) {
      case Event::start:
        mine = sentence.amount;
        break;
      case Event::gain:
        mine += sentence.amount;
        break;
      case Event::loss:
        mine -= sentence.amount;
        break;
      case Event::share:
        mine /= sentence.amount;
        break;
      case Event::more:
        mine = owned[sentence.other] + sentence.amount;
        break;
      case Event::fewer:
        mine = owned[sentence.other] - sentence.amount;
        break;
      case Event::times:
        mine = owned[sentence.other] * sentence.amount;
        break;
      case Event::part:
        mine = owned[sentence.other] / sentence.amount;
        break;
      case Event::aside:
        break;
    }
  }
  const StoryQuestion& question = story.question;
  return owned[question.person] + (question.together_with ? owned[*question.together_with] : 0);
}

}  // namespace

TEST_CASE("the calculation of a story gives what its sentences tell") {
  for (std::uint64_t number = 0; number < 3'000; ++number) {
    const Story told = story(number);
    CAPTURE(question_text(told));
    CHECK(told.calculation.answer() == answer_told(told));
  }
}

TEST_CASE("stories keep to their difficulty") {
  const Difficulty difficulty{.min_steps = 3, .max_steps = 5, .largest = 50, .largest_amount = 7};
  std::map<std::size_t, int> steps;
  int sums = 0;
  int asides = 0;
  for (std::uint64_t number = 0; number < 2'000; ++number) {
    const Story told = story(number, difficulty);
    ++steps[told.plan.size()];
    sums += told.question.together_with.has_value() ? 1 : 0;
    for (const Line& line : told.calculation.lines) {
      CHECK(line.result >= 1);
      CHECK(line.result <= 50);
    }
    for (const Sentence& sentence : told.sentences) {
      CHECK(sentence.amount <= 50);
      if (sentence.event == Event::aside) ++asides;
      if (sentence.event == Event::gain || sentence.event == Event::loss) CHECK(sentence.amount <= 7);
    }
  }
  CHECK(steps.size() == 3);
  for (std::size_t count = 3; count <= 5; ++count) CHECK(steps[count] > 500);
  CHECK(sums > 50);
  CHECK(asides > 650);
  CHECK(asides < 950);
}

TEST_CASE("every kind of sentence occurs") {
  std::set<Event> events;
  for (std::uint64_t number = 0; number < 3'000; ++number) {
    const Story told = story(number);
    for (const Sentence& sentence : told.sentences) events.insert(sentence.event);
  }
  CHECK(events.size() == 9);
}

TEST_CASE("a story depends on its key alone") {
  CHECK(question_text(story(5)) == question_text(story(5)));
  CHECK(question_text(story(5)) != question_text(story(6)));
}

TEST_CASE("people in a story are different people, and things different things") {
  for (std::uint64_t number = 0; number < 500; ++number) {
    const Story told = story(number);
    CHECK(std::set<std::string>(told.people.begin(), told.people.end()).size() == told.people.size());
    CHECK(told.thing != told.other_thing);
  }
}

TEST_CASE("the question is English as planned") {
  Story told;
  told.people = {"Ben", "Mia"};
  told.thing = "beads";
  told.other_thing = "figs";
  told.sentences = {{.event = Event::start, .person = 0, .amount = 11},
                    {.event = Event::times, .person = 1, .other = 0, .amount = 2},
                    {.event = Event::aside, .person = 0, .amount = 5},
                    {.event = Event::loss, .person = 1, .other = 1, .amount = 4, .lead = 1}};
  told.question.person = 1;
  CHECK(question_text(told) ==
        "Ben has 11 beads. Mia has 2 times as many beads as Ben. Ben has 5 figs. Then Mia loses 4. How many beads does "
        "Mia have now?");
  told.question.together_with = 0;
  CHECK(question_text(told).ends_with("How many beads do Ben and Mia have together?"));
}
