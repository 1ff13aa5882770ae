#include "engine/offload_pool.hpp"

#include <utility>

namespace espalier::engine {

OffloadPool::~OffloadPool() {
  for (auto& thread : threads_) thread.request_stop();
}

void OffloadPool::submit(Job& job) {
  ++under_way_;
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(job.task, &job);
  }
  if (threads_.size() < most_threads_ && threads_.size() < under_way_) {
    threads_.emplace_back([this, thread = threads_.size()](const std::stop_token& stop) { serve(thread, stop); });
  }
  submitted_.notify_one();
}

std::vector<OffloadPool::Job*> OffloadPool::take_finished(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (patience.count() > 0) ended_.wait_for(lock, patience, [this] { return !finished_.empty(); });
  auto jobs = std::exchange(finished_, {});
  lock.unlock();
  under_way_ -= jobs.size();
  return jobs;
}

void OffloadPool::serve(std::size_t thread, const std::stop_token& stop) {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!submitted_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
    Job* job = waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    lock.unlock();
    activity_.offloaded(thread, job->where);
    try {
      (*job->work)();
    } catch (...) {
      job->error = std::current_exception();
    }
    activity_.offloaded(thread, {});
    lock.lock();
    finished_.push_back(job);
    ended_.notify_one();
  }
}

}  // namespace espalier::engine
