#pragma once

#include <cstddef>
#include <cstdint>
#include <espalier/base_model.hpp>
#include <espalier/value_model.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace espalier::study {

/// Training examples that cannot be given: a role without a demonstration or without a prompt, a vocabulary without a
/// separator.
class ExampleError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A whole dialogue.
struct Trajectory {
  State end;
  std::vector<bool> planted;  ///< by message: it is a mistake, to be read but not to be learned
};

/// One thing to learn: what a language model is shown at a turn and what it should say, or a whole dialogue as value
/// models read it.
struct TrainingExample {
  std::string role;  ///< kTranscript for whole dialogues
  Chat chat;
  std::string target;
  std::optional<Trajectory> trajectory = {};  ///< instead of chat and target
  std::string problem = {};                   ///< its id
};

/// Stands for the role of whole dialogues.
inline constexpr std::string_view kTranscript = "(transcript)";

/// What a language model is taught: subjects, such as problems or search trees, each with its training examples.
class ExampleSource {
 public:
  virtual ~ExampleSource() = default;

  /// Number of subjects.
  virtual std::size_t size() const = 0;
  /// The training examples about a subject; what varies differs from round (0, 1, 2, ...) to round. They may point into
  /// the source. Throws ExampleError.
  virtual std::vector<TrainingExample> about(std::size_t subject, std::uint64_t round) const = 0;
};

/// A training example as tokens: the rendered chat, the target and the end token; or the question and the messages,
/// each closed by "</step>". `with_prompt`: the loss is taken at prompts and questions too, else at what agents should
/// say and what ends it only. Throws ExampleError where the vocabulary of `base_model` lacks "</step>" and the training
/// example needs it.
ModelInput make_input(const BaseModel& base_model, const TrainingExample& example, bool with_prompt);

/// The endless order of training examples: subjects in a new order every round, training examples of neighbours mixed.
/// Training example number n depends on the seed and n only, so that an interrupted fit goes on where it was.
class ExampleStream {
 public:
  struct Position {
    std::uint64_t round = 0;
    std::size_t block = 0;    ///< of kBlock subjects
    std::size_t example = 0;  ///< in the block
  };
  /// Subjects whose training examples are mixed.
  static constexpr std::size_t kBlock = 64;

  ExampleStream(const ExampleSource& source, Key key, Position at);

  const TrainingExample& next();
  /// Of the training example that `next` gives next.
  Position position() const { return at_; }
  /// Makes `next` go on from there.
  void go_to(Position at);

 private:
  void load();

  const ExampleSource& source_;
  Key key_;
  Position at_;
  std::vector<TrainingExample> block_;
};

}  // namespace espalier::study
