#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace espalier::http {

/// What came back for a request.
struct Reply {
  std::string failure;  ///< why nothing whole came back; "": something did
  int status = 0;       ///< of HTTP
  std::string body;
  std::optional<std::chrono::milliseconds> retry_after;  ///< how long the server asks to be left alone
};

/// When a transfer is given up.
struct TransferLimits {
  std::chrono::milliseconds connect{10'000};    ///< without a connection
  std::chrono::milliseconds idle{60'000};       ///< without a byte, once the reply has begun
  std::chrono::milliseconds total{600'000};     ///< from begin to end
  std::size_t body = std::size_t{8} << 20;      ///< bytes of one reply
  std::size_t bodies = std::size_t{256} << 20;  ///< bytes of all replies that are under way
};

/// HTTP posts side by side, on the calling thread alone (libcurl's multi interface). Redirects are not followed, so that
/// nothing is sent to where nobody meant it to go. Not thread-safe.
class Transfers {
 public:
  using Id = std::uint64_t;
  struct Done {
    Id id = 0;
    Reply reply;
  };

  explicit Transfers(TransferLimits limits);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  /// Begins to post `body` to `url`. Headers are whole lines.
  void start(Id id, const std::string& url, const std::vector<std::string>& headers, std::string body);
  /// Gives a transfer up, if there is such a one.
  void cancel(Id id);
  std::size_t under_way() const { return transfers_.size(); }
  /// Moves on as far as it goes without waiting, and returns what ended.
  std::vector<Done> advance();
  /// Sleeps until something arrives, at most so long.
  void wait(std::chrono::milliseconds most);

 private:
  class Transfer;
  struct Multi;

  void give_up_idle(std::vector<Done>& done);

  TransferLimits limits_;
  std::size_t bodies_ = 0;  ///< bytes of replies under way
  std::unique_ptr<Multi> multi_;
  std::map<Id, std::unique_ptr<Transfer>> transfers_;
};

}  // namespace espalier::http
