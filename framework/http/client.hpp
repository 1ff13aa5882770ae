#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "http/endpoints.hpp"
#include "http/minute_limit.hpp"
#include "http/transfers.hpp"

namespace espalier::http {

/// Thrown by who reads a reply that makes no sense: half a text, or what a proxy says in place of the server. The
/// request is made again.
class Unreadable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A request that a server will not have, and would not have another time: a result of this request alone.
class Refused : public std::runtime_error {
 public:
  Refused(int of_http, const std::string& what) : std::runtime_error(what), status(of_http) {}
  const int status;  ///< of HTTP: 400 to 499
};

struct ClientOptions {
  std::vector<std::string> urls;  ///< without a slash at the end; not empty
  std::string key;                ///< sent as bearer token; "": none. Never told to anybody else
  int concurrency = 64;           ///< requests under way at once
  TransferLimits limits;
  int retries = 8;                       ///< of one request
  std::int64_t requests_per_minute = 0;  ///< 0: any
  std::int64_t tokens_per_minute = 0;    ///< 0: any
  bool affinity = true;                  ///< prompts that begin alike go to one endpoint
};

/// A JSON text to be posted.
struct Post {
  std::string path;  ///< below the endpoint's URL: "/chat/completions"
  std::string body;
  std::string prompt;       ///< what a model will read of it
  std::int64_t tokens = 0;  ///< how many it will read and write, for the limit per minute
};

/// Posts to the servers of one model, from the calling thread alone: many at once, each to an endpoint that is well,
/// again where it failed through no fault of its own.
///
/// What is tried again: no connection, half a reply, time limits, 408, 409, 425, 429 and 5xx, and what its reader finds
/// unreadable. A server that says Retry-After is left alone that long, ten minutes at
/// most. What other 4xx say is the end of the request
/// (Refused), but for 401 to 405 and redirects, which are about the endpoint: that one is not asked again.
///
/// A request that failed for good while others were answered ends with an error of its own. Where nobody was answered
/// since it began, or every endpoint refuses all, it ends with MachineFailure: the server is gone, not the request wrong.
///
/// The key is taken out of all that servers say, before anybody sees it.
class Client {
 public:
  using Id = std::uint64_t;
  using Clock = std::chrono::steady_clock;

  /// What becomes of posts.
  class Reader {
   public:
    virtual ~Reader() = default;
    /// Reads the reply to a post, and returns how many tokens it took; 0: it does not say. May post more. Throws
    /// Unreadable.
    virtual std::int64_t read(Id id, const std::string& body) = 0;
    /// A post that failed for good.
    virtual void fail(Id id, std::exception_ptr error) = 0;
  };

  explicit Client(ClientOptions options);

  /// Takes a post in; older ones (of lower numbers) go first.
  void post(Id id, Post post);
  /// Forgets a post, if there is such a one.
  void cancel(Id id);
  /// Posts that have not ended.
  std::size_t open() const { return posts_.size(); }
  /// Whether there is room for another post to be sent at once.
  bool has_room() const { return static_cast<int>(posts_.size()) < options_.concurrency; }
  /// Does all that can be done without waiting.
  void advance(Reader& reader);
  /// Returns as soon as there may be something to do, at the latest after `most`.
  void wait(std::chrono::milliseconds most);

 private:
  struct OpenPost {
    Post post;
    std::vector<std::uint64_t> prefixes;
    int attempts = 0;
    Clock::time_point not_before;
    std::optional<Clock::time_point> first_sent;
    Clock::time_point sent;
    std::optional<Endpoints::Number> at;  ///< where it is under way
  };

  void send_waiting(Reader& reader);
  bool send(Id id, OpenPost& open, Clock::time_point now);
  void settle(Transfers::Done done, Reader& reader);
  void accept(Id id, Endpoints::Number at, const std::string& body, Reader& reader);
  void again(Id id, const std::string& why, Reader& reader);
  void fail(Id id, std::exception_ptr error, Reader& reader);
  void dismiss(Id id, Endpoints::Number at, const std::string& why, Reader& reader);
  std::string where(Id id, Endpoints::Number at) const;
  std::string without_key(std::string text) const;

  ClientOptions options_;
  std::vector<std::string> headers_;
  Endpoints endpoints_;
  Transfers transfers_;
  MinuteLimit requests_;
  MinuteLimit tokens_;
  std::map<Id, OpenPost> posts_;
  std::optional<Clock::time_point> last_answer_;
  std::string dismissal_;  ///< why the endpoint that was dismissed last was
};

/// What a server says is wrong: the message in a JSON error, else the beginning of the text, on one line.
std::string told_reason(const std::string& body);

}  // namespace espalier::http
