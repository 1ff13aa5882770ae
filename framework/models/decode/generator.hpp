#pragma once

#include <deque>
#include <espalier/language_model.hpp>
#include <memory>
#include <vector>

#include "models/decode/draws.hpp"
#include "models/decode/model.hpp"

namespace espalier::models {

/// How much is decoded at once. None of it changes any result on the CPU in float32.
struct BatchLimits {
  int candidates = 256;      ///< running side by side
  int prompt_tokens = 2048;  ///< read per step, beyond the first prompt
};

/// Draws completions token by token for many requests at once; requests join and leave between steps. One thread.
///
/// Work is taken in as memory allows: prompts wait while the cache has no pages for them, and where the running
/// candidates need more than there are, the youngest request gives way and is drawn anew later, to the same end.
///
/// A prompt is read once for all its candidates, less the part that the model's cache remembers. Candidate k of a
/// request draws its i-th token with number i of `request.key.child(k)`.
class Generator {
 public:
  Generator(Model& model, const BatchLimits& limits);
  ~Generator();

  /// Takes a request in, or returns false when enough work is waiting.
  bool admit(Ticket ticket, const Request& request);
  /// Decodes one token of every running candidate and reads waiting prompts; appends what finished.
  /// Throws MachineFailure where there is no memory for the oldest request alone. If it throws, the generator has no
  /// work left.
  void step(std::vector<Finished>& finished);
  void drop(Ticket ticket);
  bool idle() const { return jobs_.empty(); }

 private:
  struct Job;
  struct Candidate;
  std::vector<Candidate*> next_to_draw() const;
  int pages_of_next_step() const;
  void give_way();
  void restart(Job& job);
  bool read_prompts(std::vector<Feed>& feeds, std::vector<Job*>& prompts);
  void advance(std::vector<Finished>& finished);
  void start(Job& job);
  Draw draw_of(const Candidate& candidate, std::int64_t row) const;
  void accept(Candidate& candidate, const Drawn& drawn);
  bool stopped(Candidate& candidate) const;
  void finish(Candidate& candidate, Finish reason);
  void collect(std::vector<Finished>& finished);

  Model& model_;
  BatchLimits limits_;
  std::deque<std::unique_ptr<Job>> jobs_;  // in order of admission
  std::vector<Candidate*> running_;        // in order of their prompts' reading
  bool crowded_ = false;                   // requests have given way, and none has finished since
};

}  // namespace espalier::models
