#pragma once

#include <deque>
#include <espalier/language_model.hpp>
#include <memory>
#include <vector>

#include "neural/draws.hpp"
#include "neural/model.hpp"

namespace espalier::neural {

/// How much is decoded at once. None of it changes any result on the CPU in float32.
struct BatchLimits {
  int candidates = 256;      ///< running side by side
  int prompt_tokens = 2048;  ///< read per step, beyond the first prompt
};

/// Draws completions token by token for many requests at once; requests join and leave between steps. One thread.
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
  /// If it throws, the generator has no work left.
  void step(std::vector<Finished>& finished);
  void drop(Ticket ticket);
  bool idle() const { return jobs_.empty(); }

 private:
  struct Job;
  struct Candidate;
  bool read_prompts(std::vector<Feed>& feeds, std::vector<Job*>& prompts);
  void advance(std::vector<Finished>& finished);
  void start(Job& job);
  Draw draw_of(const Candidate& candidate, std::int64_t row) const;
  void accept(Candidate& candidate, const Drawn& drawn);
  void finish(Candidate& candidate, Finish reason);
  void collect(std::vector<Finished>& finished);

  Model& model_;
  BatchLimits limits_;
  std::deque<std::unique_ptr<Job>> jobs_;  // in order of admission
  std::vector<Candidate*> running_;        // in order of their prompts' reading
};

}  // namespace espalier::neural
