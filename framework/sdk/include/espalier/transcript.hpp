#pragma once

#include <cstdint>
#include <espalier/export.hpp>
#include <espalier/random.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace espalier {

/// What a team of agents is asked. The gold answer is not in it: only the engine and its graders see gold.
struct Problem {
  std::string id;        ///< unique in its dataset, stable over runs
  std::string question;  ///< UTF-8
  std::map<std::string, std::string> attributes;
};

/// Why a text ended.
enum class Finish { stop, length };

/// One message of one agent: the action of search.
struct Message {
  int node = -1;                     ///< the speaking node of the graph; set by the engine
  std::string text;                  ///< UTF-8
  std::vector<std::int32_t> tokens;  ///< ids as sampled, without the end token's text; empty where no model spoke, or
                                     ///< one that does not tell them
  std::vector<float> logprobs;       ///< natural log-probability of each generated token at temperature 1; empty where
                                     ///< nobody tells them
  Finish finish = Finish::stop;
  std::map<std::string, std::string> attributes;
  int untold_tokens = 0;  ///< how many a model generated whose ids are not told; then `tokens` is empty

  /// How many tokens a model generated for it; 0 where none spoke.
  int generated() const { return tokens.empty() ? untold_tokens : static_cast<int>(tokens.size()); }
};

/// The messages decided so far: an immutable list that shares its prefixes, cheap to copy and safe to share over
/// threads.
class ESPALIER_API Transcript {
 public:
  /// An empty transcript; `key` is the problem's.
  explicit Transcript(Key key = {});

  /// Returns this transcript with `message` appended as candidate number `candidate` of its turn.
  Transcript extended(Message message, int candidate) const;
  /// Returns the transcript without its last message; of an empty one, itself.
  Transcript parent() const;

  /// Number of messages.
  int depth() const;
  bool empty() const { return depth() == 0; }
  /// The newest message. Requires !empty().
  const Message& last() const;
  /// Which candidate of its turn the newest message was; 0 when empty.
  int candidate() const;
  /// All messages, oldest first; pointers live as long as any transcript that contains them.
  std::vector<const Message*> messages() const;
  /// The message of `node`, or null when it has not spoken.
  const Message* of(int node) const;
  /// The candidate numbers from the root, as "0.2.1": names the node in records; "" when empty.
  std::string path() const;

  /// The key of this position: depends on the root's key and the candidate numbers only.
  Key key() const;
  /// Expires when no transcript holds this position any more: lets caches follow the tree.
  std::weak_ptr<const void> lease() const;
  /// Whether both are the same position object (not merely equal texts).
  bool same(const Transcript& other) const { return node_ == other.node_; }

 private:
  struct Node;
  explicit Transcript(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  std::shared_ptr<const Node> node_;
};

}  // namespace espalier
