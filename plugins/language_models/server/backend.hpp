#pragma once

#include <cstdint>
#include <espalier/language_model.hpp>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "http/client.hpp"
#include "server/reply.hpp"
#include "server/request.hpp"

namespace espalier::server {

/// What a server charges for a million tokens, in any currency.
struct Prices {
  double input = 0;         ///< of prompts
  double cached_input = 0;  ///< of prompts, as far as the server has them in its cache
  double output = 0;        ///< generated
};

struct BackendOptions {
  RequestFormat format;
  int per_request = 1;  ///< candidates that one request asks for
  Prices prices;
  double spend_limit = 0;  ///< money after which no more work is taken; 0: any
};

/// A model behind servers. Requests become posts, whole candidates of several posts completions; errors are results.
///
/// Where a server gives fewer candidates than it was asked for, or refuses to give several, the rest is asked for one by
/// one, and so are all later ones.
class ServerBackend : public Backend, private http::Client::Reader {
 public:
  ServerBackend(BackendOptions options, http::ClientOptions client);

  bool admit(Ticket ticket, const Work& work) override;
  void step(std::vector<Finished>& finished) override;
  bool wait(std::chrono::milliseconds most) override;
  int group() const override { return apart_ ? 1 : options_.per_request; }
  void drop(Ticket ticket) override;
  int tokens(std::string_view text) const override { return estimated_tokens(text); }
  double price(const Usage& usage) const override;

 private:
  using Id = http::Client::Id;
  /// A request that is worked on.
  struct Job {
    Request request;
    std::vector<std::optional<Completion>> completions;
    std::set<Id> posts;  ///< that have not ended
  };
  /// What a post asks for: candidates first .. first + count - 1.
  struct Part {
    Ticket ticket;
    int first;
    int count;
  };

  std::int64_t read(Id id, const std::string& body) override;
  void fail(Id id, std::exception_ptr error) override;
  void ask(Ticket ticket, Job& job, int first, int count);
  void ask_apart(Ticket ticket, Job& job, int first, int count);
  void take(const Part& part, Job& job, Reply reply);
  void finish(Ticket ticket, std::exception_ptr error);
  template <class Result>
  void finish_with(Ticket ticket, Result result);
  bool is_spent() const { return options_.spend_limit > 0 && spent_ >= options_.spend_limit; }

  BackendOptions options_;
  http::Client client_;
  std::map<Ticket, Job> jobs_;
  std::map<Id, Part> parts_;  ///< of open posts
  std::vector<Finished> finished_;
  std::vector<Ticket> unpaid_;  ///< work that came when the money was spent
  Id last_id_ = 0;
  bool apart_ = false;     ///< several candidates in one request are not to be had
  bool guessing_ = false;  ///< the server counts no tokens, which was told
  double spent_ = 0;
};

}  // namespace espalier::server
