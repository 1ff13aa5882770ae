#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "engine/activity_page.hpp"

namespace espalier::engine {

/// Threads for work that truly blocks. Started when first needed, joined at the end.
class OffloadPool {
 public:
  /// One piece of blocking work; owned by who submits it, until `take_finished` has returned it.
  struct Job {
    const std::function<void()>* work = nullptr;
    void* owner = nullptr;
    Activity where;        ///< of the fiber that waits for it
    std::size_t task = 0;  ///< of the engine: that of older ones is done first
    std::exception_ptr error;
  };

  /// The threads write into `activity` what they do; it must outlive the pool.
  explicit OffloadPool(ActivityPage& activity, std::size_t most_threads = ActivityPage::kOffloads)
      : activity_(activity), most_threads_(most_threads) {}
  ~OffloadPool();
  OffloadPool(const OffloadPool&) = delete;
  OffloadPool& operator=(const OffloadPool&) = delete;

  void submit(Job& job);
  /// Returns finished jobs; when none is finished, waits at most `patience` for one.
  std::vector<Job*> take_finished(std::chrono::milliseconds patience);
  /// Jobs submitted and not yet returned.
  std::size_t under_way() const { return under_way_; }

 private:
  void serve(std::size_t thread, const std::stop_token& stop);

  ActivityPage& activity_;
  std::size_t most_threads_;
  std::size_t under_way_ = 0;  ///< only the engine's side looks at it
  std::mutex mutex_;
  std::condition_variable_any submitted_;
  std::condition_variable_any ended_;
  std::multimap<std::size_t, Job*> waiting_;  ///< by task
  std::vector<Job*> finished_;
  std::vector<std::jthread> threads_;
};

}  // namespace espalier::engine
