#pragma once

#include <espalier/export.hpp>
#include <espalier/topology.hpp>
#include <espalier/transcript.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace espalier {

/// A node of search: s_t = (question, messages so far, whose turn it is).
struct State {
  const Problem* problem = nullptr;
  const Topology* topology = nullptr;
  Transcript transcript;
  std::optional<Turn> next;      ///< nothing: terminal
  std::optional<double> reward;  ///< +1 or -1 at terminals; filled only for plugins whose facts ask for the reference

  bool terminal() const { return !next.has_value(); }
};

/// An estimate of the expected final reward.
struct Value {
  double mean = 0.0;       ///< in [-1, 1], unless the value model's facts say that it is raw
  double deviation = 0.0;  ///< standard deviation of the estimate, not negative; 0: not known
};

class Learner;
struct LearnerSpec;

/// Scores states. Shared by all problems; may park through SDK calls.
class ESPALIER_API ValueModel {
 public:
  using Interface = ValueModel;
  static constexpr std::string_view kind = "value_models";
  static constexpr std::string_view section = "values";
  struct Facts {
    bool oracle = false;  ///< reads the true reward: arms that use it are marked so in every table
    bool raw = false;     ///< gives finite numbers beyond [-1, 1], such as log-probabilities; from others they are
                          ///< refused
    /// Costs so much that its scores are stored like calls, and found there when a run goes on or another arm asks. It
    /// must be a function of its parameters, the problem and what was said.
    bool stored = false;
    bool logprobs = false;  ///< reads log-probabilities of messages: teams whose models tell none are refused
  };

  virtual ~ValueModel();

  /// Returns one value per state, in order; each is independent of its neighbours.
  virtual std::vector<Value> score(std::span<const State> states) = 0;

  /// Begins to learn; `score` follows. A language model it is built on must stay as it is, as others speak with it.
  /// Null where nothing can be learned (the default). One that learns has a parameter `checkpoint`, what `save` wrote.
  virtual std::unique_ptr<Learner> learner(const LearnerSpec& spec);
  /// Writes all that was learned into an empty folder. Default: throws std::logic_error.
  virtual void save(const std::filesystem::path& folder) const;
};

}  // namespace espalier
