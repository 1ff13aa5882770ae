#pragma once

#include <espalier/export.hpp>
#include <espalier/transcript.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace espalier {

/// The question's place in a graph: the node that has spoken before anybody does.
inline constexpr int kQuestion = -1;

/// What a topology looks like, for checks and drawings.
struct Graph {
  struct Node {
    std::string name;  ///< unique
    std::string role;  ///< names the agent that speaks here
  };
  struct Edge {
    int from;  ///< node index or kQuestion
    int to;
    std::string condition;  ///< as a person reads it; empty: always
  };
  std::vector<Node> nodes;
  std::vector<Edge> edges;
};

/// One payload of an inbox.
struct Delivery {
  int from;  ///< node index or kQuestion
  std::string text;
  std::string name;  ///< the sender's node name, "question" for the question; empty where a topology has no names
};

/// Whose turn it is and what they see.
struct Turn {
  int node = 0;
  std::string role;
  std::vector<Delivery> inbox;  ///< ordered by sender, the question first
  int round = 1;                ///< 1 + longest path from the question
};

/// Why a message cannot stand, in one sentence.
struct Rejected {
  std::string why;
};

/// Decides who speaks next, what they see, and which text is the answer. Pure: every member is a function of its
/// arguments, callable from any fiber.
class ESPALIER_API Topology {
 public:
  using Interface = Topology;
  static constexpr std::string_view kind = "topologies";
  static constexpr std::string_view section = "topologies";
  struct Facts {
    std::vector<std::string> roles;  ///< all roles that may speak, each once
    Graph graph;                     ///< empty when only known per problem
    int longest = 0;                 ///< most messages of one problem; 0: unknown
  };

  virtual ~Topology();

  virtual const Graph& graph() const = 0;
  /// Returns the next turn, or nothing when the state is terminal.
  virtual std::optional<Turn> next(const Problem& problem, const Transcript& transcript) const = 0;
  /// Returns the team's answer as text; meaningful at terminals, defined everywhere.
  virtual std::string answer(const Problem& problem, const Transcript& transcript) const = 0;
  /// Accepts, rewrites or rejects what the speaker said (routing topologies parse here). Default: accepts as it is.
  virtual std::variant<Message, Rejected> accept(const Problem& problem, const Transcript& transcript, const Turn& turn,
                                                 Message message) const;
  /// Makes a message that can stand out of a rejected one, when every candidate was rejected. Default: as it is.
  virtual Message repair(const Problem& problem, const Transcript& transcript, const Turn& turn, Message message) const;
};

}  // namespace espalier
