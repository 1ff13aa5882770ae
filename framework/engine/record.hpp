#pragma once

#include <atomic>
#include <cstdint>
#include <espalier/grader.hpp>
#include <espalier/search.hpp>
#include <espalier/transcript.hpp>
#include <espalier/value_model.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger.hpp"

namespace espalier::engine {

/// One drawn message: a node of the search tree.
struct NodeRecord {
  std::string path;    ///< candidate numbers from the root: "0.2.1"
  std::string parent;  ///< path of the parent; "" for first messages
  Message message;   ///< as it stands in the transcript; ids and log-probabilities only where EpisodeOptions keep them
  std::string name;  ///< of the graph's node; its role and number where the graph does not name it
  std::string role;
  int candidate = 0;
  int tokens = 0;                 ///< generated for it
  std::optional<double> logprob;  ///< of the whole message in nats; absent where nobody tells it
  bool terminal = false;
  bool repaired = false;                ///< all candidates of its turn were rejected, and this one was mended
  std::optional<std::string> rejected;  ///< why the topology refused it; such nodes have no children unless repaired
  bool claimed = true;                  ///< false: drawn ahead and never asked for
  std::optional<Value> scored;          ///< by the first value model that the search asked, the last time
  std::map<std::string, Value> scored_by_others;  ///< by its further value models, under their names
  std::optional<Note> note;                       ///< by the search, the last time
  int visits = 0;                                 ///< simulations through it
  int successes = 0;                              ///< of those, with a positive leaf value
  std::optional<Answer> answer;                   ///< at terminals
  bool correct = false;                           ///< whether that is right
};

/// One simulation of a tree search.
struct SimulationRecord {
  std::string leaf;  ///< path
  double value = 0.0;
};

struct RankedRecord {
  std::string path;
  double score = 0.0;
  bool correct = false;
};

/// The best terminal state known after so many agent calls: a point of the any-time curve.
struct Milestone {
  std::int64_t agent_calls = 0;
  std::string path;
  bool correct = false;
};

/// All that is kept of one problem. Holds no wall-clock time: equal runs have equal records.
struct EpisodeRecord {
  std::size_t index = 0;  ///< position in the problems that were run
  Problem problem;
  std::string gold;
  std::int64_t seed = 0;
  bool oracle = false;            ///< the search could see true rewards
  std::optional<Note> root;       ///< what the search noted of the root
  std::vector<NodeRecord> nodes;  ///< parents before children, siblings by candidate
  std::vector<SimulationRecord> simulations;
  std::optional<std::string> chosen;  ///< path
  std::vector<RankedRecord> ranked;   ///< best first
  std::vector<Milestone> milestones;
  std::optional<Answer> answer;
  bool correct = false;
  std::string stopped;  ///< why the search ended
  Ledger ledger;
  std::optional<std::string> error;  ///< what made the problem fail

  /// The node at `path`, or null.
  const NodeRecord* find(std::string_view path) const;
};

/// Physical figures of one problem; they differ from run to run and are kept apart from records.
struct EpisodeTiming {
  double seconds = 0.0;              ///< from its begin to its end; problems overlap
  std::int64_t calls_drawn = 0;      ///< completions a model generated
  std::int64_t calls_replayed = 0;   ///< completions found in the call store
  std::int64_t scores_made = 0;      ///< by value models whose scores are stored
  std::int64_t scores_replayed = 0;  ///< found in the call store
};

/// Completions that all problems of a run have asked for so far; may be read from any thread while they go on.
struct CallTally {
  std::atomic<std::int64_t> drawn = 0;
  std::atomic<std::int64_t> replayed = 0;
};

}  // namespace espalier::engine
