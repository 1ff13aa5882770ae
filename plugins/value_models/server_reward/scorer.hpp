#pragma once

#include <espalier/language_model.hpp>
#include <map>
#include <string>
#include <vector>

#include "http/client.hpp"
#include "server_reward/scores.hpp"

namespace espalier::server_reward {

/// Has bodies scored by servers, many at once: a Backend, so that the engine waits for it as for language models. Its
/// work is ScoringWork whose `scoring_head` points to a Question; the result is empty, and the answer in the question.
class Scorer final : public Backend, private http::Client::Reader {
 public:
  struct Question {
    http::Post post;
    Rows rows;  ///< what was answered
  };

  explicit Scorer(http::ClientOptions options) : client_(std::move(options)) {}

  bool admit(Ticket ticket, const Work& work) override;
  void step(std::vector<Finished>& finished) override;
  bool wait(std::chrono::milliseconds most) override;
  void drop(Ticket ticket) override;
  int tokens(std::string_view text) const override { return static_cast<int>((text.size() + 3) / 4); }

 private:
  std::int64_t read(http::Client::Id id, const std::string& body) override;
  void fail(http::Client::Id id, std::exception_ptr error) override;

  http::Client client_;
  std::map<Ticket, Question*> asked_;
  std::vector<Finished> finished_;
};

}  // namespace espalier::server_reward
