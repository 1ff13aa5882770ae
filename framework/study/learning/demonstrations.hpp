#pragma once

#include <cstddef>
#include <cstdint>
#include <espalier/trunk.hpp>
#include <espalier/value_model.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/team.hpp"
#include "study/learning/fit_params.hpp"

namespace espalier::study {

/// Demonstrated dialogues that cannot be held: a role without a demonstration or without a prompt.
class DemonstrationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A whole dialogue.
struct Course {
  State end;
  std::vector<bool> planted;  ///< by message: it is a mistake, to be read but not to be learned
};

/// One thing to learn: what a language model is shown at a turn and what it should say, or a whole dialogue as value
/// models read it.
struct Lesson {
  std::string role;  ///< kTranscript for whole dialogues
  Chat chat;
  std::string target;
  std::optional<Course> course = {};  ///< instead of chat and target
};

/// Stands for the role of whole dialogues.
inline constexpr std::string_view kTranscript = "(transcript)";

/// Holds demonstrated dialogues: every role says its gold message, and later roles hear that (or what the dialogue
/// plants in its place). All is a function of problem and key.
class Dialogues {
 public:
  /// One team per graph. `transcripts`: a whole dialogue is a lesson too. `dataset` and `teams` must outlive this.
  Dialogues(const Dataset& dataset, const std::vector<engine::Team>& teams, std::vector<int> per_problem,
            bool transcripts = false);

  /// The lessons of all dialogues about an item, those of `round` (0, 1, 2, ...) being others than those of another
  /// round. The item must outlive them.
  std::vector<Lesson> about(const Item& item, std::uint64_t round) const;

 private:
  void hold(const engine::Team& team, const Item& item, Key key, std::vector<Lesson>& lessons) const;

  const Dataset& dataset_;
  const std::vector<engine::Team>& teams_;
  std::vector<int> per_problem_;
  bool transcripts_;
};

/// A lesson as tokens: the rendered chat, the target and the end token; or the question and the messages, each closed
/// by
/// "</step>". `with_prompt`: the loss is taken at prompts and questions too, else at what agents should say and what
/// ends it only. Throws DemonstrationError where the vocabulary of `trunk` lacks "</step>" and the lesson needs it.
Reading make_reading(const Trunk& trunk, const Lesson& lesson, bool with_prompt);

/// The endless order of lessons: problems in a new order every round, lessons of neighbouring problems mixed. Lesson
/// number n depends on the seed and n only, so that an interrupted fit goes on where it was.
class LessonStream {
 public:
  struct Position {
    std::uint64_t round = 0;
    std::size_t block = 0;   ///< of kBlock problems
    std::size_t lesson = 0;  ///< in the block
  };
  /// Problems whose lessons are mixed.
  static constexpr std::size_t kBlock = 64;

  LessonStream(const Dialogues& dialogues, const std::vector<Item>& items, Key key, Position at);

  const Lesson& next();
  /// Of the lesson that `next` gives next.
  Position position() const { return at_; }
  /// Makes `next` go on from there.
  void go_to(Position at);

 private:
  void load();

  const Dialogues& dialogues_;
  const std::vector<Item>& items_;
  Key key_;
  Position at_;
  std::vector<Lesson> block_;
};

}  // namespace espalier::study
