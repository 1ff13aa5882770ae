#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace espalier::engine {

/// Threads for work that truly blocks. Started when first needed, joined at the end.
class OffloadPool {
 public:
  /// One piece of blocking work; owned by who submits it, until `take_finished` has returned it.
  struct Job {
    const std::function<void()>* work = nullptr;
    void* owner = nullptr;
    std::exception_ptr error;
  };

  explicit OffloadPool(std::size_t most_threads = 8) : most_threads_(most_threads) {}
  ~OffloadPool();
  OffloadPool(const OffloadPool&) = delete;
  OffloadPool& operator=(const OffloadPool&) = delete;

  void submit(Job& job);
  /// Returns finished jobs; when none is finished and `block` is set, waits for one. Requires one under way to block.
  std::vector<Job*> take_finished(bool block);
  /// Jobs submitted and not yet returned.
  std::size_t under_way() const { return under_way_; }

 private:
  void serve(std::stop_token stop);

  std::size_t most_threads_;
  std::size_t under_way_ = 0;  ///< only the engine's side looks at it
  std::mutex mutex_;
  std::condition_variable_any submitted_;
  std::condition_variable_any ended_;
  std::deque<Job*> waiting_;
  std::vector<Job*> finished_;
  std::vector<std::jthread> threads_;
};

}  // namespace espalier::engine
