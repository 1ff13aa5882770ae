#pragma once

#include <espalier/export.hpp>
#include <espalier/language_model.hpp>
#include <espalier/topology.hpp>
#include <espalier/transcript.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// Which candidates of a turn are asked for. Candidate k depends on the key and k alone: asking again gives it again.
struct Draw {
  Key key;
  int first = 0;
  int count = 1;
  std::optional<double> temperature;  ///< overrides the agent's own sampling
  std::optional<double> top_p;
  std::weak_ptr<const void> lease;  ///< the transcript position the turn belongs to
};

/// Speaks when it is its turn. Shared by all problems: immutable after construction or internally synchronised. May
/// block through SDK calls only (they park the fiber); other blocking work goes through `offload` (runtime.hpp).
class ESPALIER_API Agent {
 public:
  using Interface = Agent;
  static constexpr std::string_view kind = "agents";
  static constexpr std::string_view section = "agents";
  /// A node whose message an agent asks for by name.
  struct Wanted {
    std::string node;
    std::string role;  ///< in which it asks; empty: whatever role it speaks in
  };
  struct Facts {
    int max_tokens = 0;          ///< most tokens of one message; 0: not known, or no model speaks
    std::vector<Wanted> wanted;  ///< "question" aside, they must be nodes of every graph the agent speaks on
  };

  virtual ~Agent();

  /// Returns `draw.count` messages, in candidate order.
  virtual std::vector<Message> speak(const Problem& problem, const Turn& turn, const Draw& draw) = 0;
  /// Returns what a language model would be shown at this turn, where one is: supervised fits train on it.
  virtual std::optional<Chat> prompt(const Problem& problem, const Turn& turn) const;
};

}  // namespace espalier
