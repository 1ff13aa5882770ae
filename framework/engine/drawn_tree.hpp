#pragma once

#include <cstdint>
#include <espalier/random.hpp>
#include <espalier/search.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/ledger.hpp"
#include "engine/record.hpp"

namespace espalier::engine {

/// A message of an episode. Holds no transcript: a search that forgets a state lets caches forget it too.
struct Drawn {
  NodeRecord record;     ///< with tokens and log-probabilities
  Cost cost;             ///< of drawing it
  bool settled = false;  ///< whether terminal, answer and correct are known
};

/// All messages drawn for one problem, by the key of the position they lead to, and what was learnt of them.
///
/// The keys of positions are the keys of randomness: the child of a position by candidate k has the child key number k.
/// So "has candidate k been drawn?" is one derivation and one look-up.
class DrawnTree {
 public:
  /// The message leading to position `key`, or null. Pointers stay valid.
  Drawn* find(const Key& key);
  const Drawn* find(const Key& key) const;
  /// Enters a message under the position `parent`; one that is there already is kept.
  Drawn& add(const Key& parent, Drawn drawn);
  /// The path of a position; "" for the root.
  std::string path(const Key& key) const;

  void simulated(std::span<const State> path, double leaf);
  /// Learns a terminal's value: the best one so far is the answer if the search ended now (the any-time curve).
  void valued(const Drawn& terminal, std::optional<double> value, std::int64_t agent_calls);

  /// Moves everything into `record`, nodes in order. Ends the tree's use.
  void move_into(EpisodeRecord& record, bool keep_tokens);
  std::vector<Milestone> take_milestones() { return std::move(milestones_); }

 private:
  struct Hash {
    std::size_t operator()(const Key& key) const { return key.hi ^ key.lo; }  // keys are uniform bits already
  };

  std::unordered_map<Key, Drawn, Hash> drawn_;
  std::vector<SimulationRecord> simulations_;
  std::vector<Milestone> milestones_;
  std::optional<double> best_value_;
};

/// Whether the node at path `left` comes before the one at `right`: parents before children, siblings by number.
bool path_before(std::string_view left, std::string_view right);

}  // namespace espalier::engine
