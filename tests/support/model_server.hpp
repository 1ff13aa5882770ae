#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/json.hpp"

namespace espalier::testing {

/// A request as the server got it.
struct Asked {
  std::string path;
  std::string headers;  ///< as they came
  base::Json body;
};

/// What a server does with a request in place of answering.
struct Fault {
  enum class Kind {
    none,
    status,    ///< answers `status` with `text`
    raw,       ///< sends `text` as it is, and closes the connection
    half,      ///< closes it after half of the answer
    drip,      ///< sends the answer byte by byte, with a pause after each
    stall,     ///< sends half of the answer, and nothing more
    silence,   ///< closes it without a word
    one,       ///< gives one choice however many are asked for
    uncounted  ///< leaves usage out
  };
  Kind kind = Kind::none;
  int status = 200;
  std::string text;
  std::string headers;  ///< whole lines, each with its end
};

/// Stands in for vLLM, SGLang, llama.cpp and hosted servers: answers chat completions and completions over HTTP on a
/// port of this machine, and makes mistakes where it is told to. A choice is words and a number, and a function of
/// prompt, seed and number alone; a token is a word. It counts what of a prompt it has read before, as prefix caches do.
class ModelServer {
 public:
  /// Decides what becomes of request number 0, 1, ...; called from any thread.
  using Faults = std::function<Fault(int number, const Asked& asked)>;

  explicit ModelServer(Faults faults = {});
  ~ModelServer();
  ModelServer(const ModelServer&) = delete;
  ModelServer& operator=(const ModelServer&) = delete;

  /// "http://127.0.0.1:PORT/v1".
  std::string url() const;
  /// All requests that have come so far, in their order.
  std::vector<Asked> asked() const;
  int count() const { return count_; }
  /// Most connections that were open at once.
  int most_connections() const { return most_open_; }
  std::int64_t prompt_tokens() const { return prompt_tokens_; }
  std::int64_t cached_tokens() const { return cached_tokens_; }
  /// Whether it says how much of a prompt it has read before.
  std::atomic<bool> tells_cache = true;
  /// How long it thinks about every answer.
  std::atomic<int> milliseconds = 0;

 private:
  void accept_all();
  void serve(int connection);
  bool reply(int connection, const Asked& asked);
  std::string answer(const Asked& asked, const Fault& fault);
  int known_words(const std::string& prompt);

  Faults faults_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> closing_ = false;
  std::atomic<int> count_ = 0;
  std::atomic<int> open_ = 0;
  std::atomic<int> most_open_ = 0;
  std::atomic<std::int64_t> prompt_tokens_ = 0;
  std::atomic<std::int64_t> cached_tokens_ = 0;
  mutable std::mutex mutex_;
  std::vector<Asked> asked_;
  std::vector<std::string> read_;  ///< prompts
  std::vector<int> connections_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace espalier::testing
