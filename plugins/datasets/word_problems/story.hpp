#pragma once

#include <espalier/random.hpp>
#include <optional>
#include <string>
#include <vector>

#include "arithmetic.hpp"

namespace espalier::words {

/// What a sentence of a story says. `amount` is its number, `person` its subject, `other` the person it compares with.
enum class Event {
  start,  ///< person has amount things
  gain,   ///< person gets amount more
  loss,   ///< person parts with amount
  share,  ///< person makes amount equal parts and keeps one
  more,   ///< person has amount more than other
  fewer,  ///< person has amount fewer than other
  times,  ///< person has amount times as many as other
  part,   ///< person has half (amount 2) or a third (amount 3) as many as other
  aside   ///< nothing that matters: another thing, or another person
};

struct Sentence {
  Event event = Event::start;
  int person = 0;  ///< index into Story::people
  int other = 0;
  int amount = 0;
  int wording = 0;  ///< which of the event's wordings
  int lead = 0;     ///< which opening ("Then", "Later", ...) stands before it; 0: none
};

struct StoryQuestion {
  int person = 0;
  std::optional<int> together_with;  ///< the sum of two people's things is asked for
  int wording = 0;
};

/// A word problem as its maker knows it.
struct Story {
  std::vector<std::string> people;
  std::string thing;                ///< plural
  std::string other_thing;          ///< of asides
  std::vector<Sentence> sentences;  ///< in the order they are told
  StoryQuestion question;
  Plan plan;                ///< the right one
  Calculation calculation;  ///< the plan followed without a slip
};

/// How hard stories are.
struct Difficulty {
  int min_steps = 2;
  int max_steps = 3;
  int largest = 99;          ///< of all numbers of a story and its calculation
  int largest_amount = 12;   ///< by which a quantity grows or shrinks in one step
  double distractors = 0.4;  ///< probability of an aside
  double together = 0.2;     ///< probability of asking for a sum, where the story allows it
};

/// Draws a story: one quantity passes through min_steps to max_steps operations, moving from person to person where a
/// sentence compares; every value on the way is a whole number in [1, largest].
Story draw_story(const Difficulty& difficulty, Key key);

/// The question as the agents read it.
std::string question_text(const Story& story);

/// What a sentence says, without its opening and its full stop.
std::string clause(const Story& story, const Sentence& sentence);

}  // namespace espalier::words
