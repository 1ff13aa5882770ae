#pragma once

#include <cstddef>
#include <cstdint>
#include <espalier/trunk.hpp>
#include <espalier/value_model.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace espalier::study {

/// Lessons that cannot be given: a role without a demonstration or without a prompt, a vocabulary without a separator.
class LessonError : public std::runtime_error {
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
  std::string problem = {};           ///< its id
};

/// Stands for the role of whole dialogues.
inline constexpr std::string_view kTranscript = "(transcript)";

/// What a language model is taught: subjects, such as problems or search trees, each with its lessons.
class Curriculum {
 public:
  virtual ~Curriculum() = default;

  /// Number of subjects.
  virtual std::size_t size() const = 0;
  /// The lessons about a subject; what varies differs from round (0, 1, 2, ...) to round. They may point into the
  /// curriculum. Throws LessonError.
  virtual std::vector<Lesson> about(std::size_t subject, std::uint64_t round) const = 0;
};

/// A lesson as tokens: the rendered chat, the target and the end token; or the question and the messages, each closed
/// by "</step>". `with_prompt`: the loss is taken at prompts and questions too, else at what agents should say and what
/// ends it only. Throws LessonError where the vocabulary of `trunk` lacks "</step>" and the lesson needs it.
Reading make_reading(const Trunk& trunk, const Lesson& lesson, bool with_prompt);

/// The endless order of lessons: subjects in a new order every round, lessons of neighbours mixed. Lesson
/// number n depends on the seed and n only, so that an interrupted fit goes on where it was.
class LessonStream {
 public:
  struct Position {
    std::uint64_t round = 0;
    std::size_t block = 0;   ///< of kBlock subjects
    std::size_t lesson = 0;  ///< in the block
  };
  /// Subjects whose lessons are mixed.
  static constexpr std::size_t kBlock = 64;

  LessonStream(const Curriculum& curriculum, Key key, Position at);

  const Lesson& next();
  /// Of the lesson that `next` gives next.
  Position position() const { return at_; }
  /// Makes `next` go on from there.
  void go_to(Position at);

 private:
  void load();

  const Curriculum& curriculum_;
  Key key_;
  Position at_;
  std::vector<Lesson> block_;
};

}  // namespace espalier::study
