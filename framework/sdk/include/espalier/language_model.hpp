#pragma once

#include <chrono>
#include <cstdint>
#include <espalier/export.hpp>
#include <espalier/random.hpp>
#include <espalier/transcript.hpp>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace espalier {

class BaseModel;

struct ChatMessage {
  enum class Role { system, user, assistant };
  Role role;
  std::string text;  ///< UTF-8; control tokens inside it are plain text
};

struct Chat {
  std::vector<ChatMessage> messages;
};

/// How tokens are drawn. Filters apply in this order: temperature, top-k, top-p.
struct Sampling {
  double temperature = 1.0;       ///< 0: the most probable token
  double top_p = 1.0;             ///< in (0, 1]
  int top_k = 0;                  ///< 0: off
  int max_tokens = 256;           ///< generated tokens, end token excluded
  std::vector<std::string> stop;  ///< the text ends before the first of these
};

/// Candidates first .. first+count-1 of one prompt. Candidate k depends on chat, sampling, key and k alone.
struct Request {
  Chat chat;
  Sampling sampling;
  Key key;
  int first = 0;
  int count = 1;
  std::weak_ptr<const void> lease;  ///< what the prompt belongs to; caches may follow it
};

/// What a server counted for one completion, and what its prices are for. All 0 where the model is in this process.
struct Usage {
  int input = 0;   ///< prompt tokens; 0 for a candidate whose prompt was read for one before it in the same request
  int cached = 0;  ///< of those, the ones that the server had in its cache
  int output = 0;  ///< generated tokens, those of reasoning that is not shown included

  bool operator==(const Usage&) const = default;
};

struct Completion {
  std::string text;
  std::vector<std::int32_t> tokens;  ///< ids, end token excluded; empty where a server does not tell them
  std::vector<float> logprobs;  ///< of what was generated, at temperature 1 without filters; one for each of `tokens`;
                                ///< empty where nobody tells them
  Finish finish = Finish::stop;
  int prompt_tokens = 0;  ///< of the rendered chat
  Usage usage;

  /// How many tokens were generated.
  int generated() const { return tokens.empty() ? usage.output : static_cast<int>(tokens.size()); }
};

/// What agents hold. Calls park the calling fiber until the answer is there; other fibers run meanwhile and their
/// requests share batches. Thread-safe for fibers of the engine's thread.
class ESPALIER_API LanguageModel {
 public:
  using Interface = LanguageModel;
  static constexpr std::string_view kind = "language_models";
  static constexpr std::string_view section = "models";

  virtual ~LanguageModel();

  /// Returns `request.count` completions, in candidate order. Throws what the backend threw.
  virtual std::vector<Completion> generate(const Request& request) = 0;
  /// Number of tokens of a text without special tokens.
  virtual int tokens(std::string_view text) const = 0;
  /// The loaded transformer behind it; null when the weights are elsewhere.
  virtual std::shared_ptr<BaseModel> base_model() = 0;
};

/// Token lists to be read by a head; see base_model.hpp.
struct ModelInput {
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> at;  ///< positions whose outputs are wanted, ascending
  int known = 0;                 ///< leading tokens that an earlier input had; for the ledger alone
  std::weak_ptr<const void> lease;
};

/// Work for the base model that `scoring_head` belongs to: its outputs at the wanted positions.
struct ScoringWork {
  const void* scoring_head = nullptr;  ///< understood by the backend that attached it
  std::vector<ModelInput> inputs;
};

using Work = std::variant<Request, ScoringWork>;
using Ticket = std::uint64_t;

/// One finished piece of work: completions for a Request, outputs (inputs in order, their positions in order, a row of
/// the scoring head's outputs each) for ScoringWork, or what went wrong.
struct Finished {
  Ticket ticket = 0;
  std::variant<std::vector<Completion>, std::vector<float>, std::exception_ptr> result;
};

/// What authors of language models write: a machine that is stepped by one thread. No member is called concurrently
/// with another and none may park; heavy arithmetic happens in `step`. The engine wraps it into the LanguageModel
/// agents hold.
class ESPALIER_API Backend {
 public:
  using Interface = Backend;
  static constexpr std::string_view kind = LanguageModel::kind;
  struct Facts {
    bool base_model = false;      ///< whether `base_model()` will be non-null
    std::int64_t parameters = 0;  ///< number of weights in this process; 0: none, or not known
    double weight_bytes = 0;      ///< their memory
    double bytes_per_token = 0;   ///< memory of one token's keys and values
    double flops_per_token = 0;   ///< of reading or generating one token after few others
    bool logprobs = true;         ///< whether completions have log-probabilities
    double input_price = 0;       ///< money for a prompt token that no cache has; 0: free, or not known
    double output_price = 0;      ///< money for a generated token
  };

  virtual ~Backend();

  /// Takes work in, or returns false when full, which includes that there is no memory for it now: it will be offered
  /// again after a step. An idle backend takes any work; what can never fit is answered with an error.
  virtual bool admit(Ticket ticket, const Work& work) = 0;
  /// Advances all admitted work by one step (for a transformer: one token of every running candidate) and appends what
  /// finished. Errors of single requests are results, not throws. When it throws (MachineFailure when the machine gave
  /// out), all work it holds is dropped and offered again under new tickets, half as much at once, until it goes
  /// through or fails alone.
  virtual void step(std::vector<Finished>& finished) = 0;
  /// For backends whose work is done elsewhere, such as by a server: returns true as soon as a step may have something
  /// to do, at the latest after `most`. False, the default: steps do the work themselves, and nothing is waited for.
  virtual bool wait(std::chrono::milliseconds most);
  /// How many candidates of a prompt are best drawn by one piece of work; 0, the default: any number. What is asked for
  /// beyond comes as work of its own, in groups that begin at multiples of it, and is stored as soon as it is done.
  virtual int group() const;
  /// Forgets work whose answer nobody waits for. Tickets it does not know (any more) are no error.
  virtual void drop(Ticket ticket) = 0;
  virtual int tokens(std::string_view text) const = 0;
  virtual std::shared_ptr<BaseModel> base_model() { return nullptr; }
  /// Floating-point operations of reading `read` tokens and generating `generated` more after them; 0: unknown.
  virtual double flops(int read, int generated) const;
  /// What a server's work costs, in the currency of its prices; 0, the default: nothing, or not known.
  virtual double price(const Usage& usage) const;
};

/// An optional second interface of a Backend whose weights do not exist yet.
class ESPALIER_API Untrained {
 public:
  virtual ~Untrained();
  /// Whether weights are still missing.
  virtual bool untrained() const = 0;
  /// Learns a vocabulary from `texts` and draws initial weights from `key`.
  virtual void initialise(std::span<const std::string> texts, Key key) = 0;
};

}  // namespace espalier
