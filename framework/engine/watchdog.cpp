#include "engine/watchdog.hpp"

#include <unistd.h>

#include <algorithm>
#include <espalier/runtime.hpp>

namespace espalier::engine {

Watchdog::Watchdog(ActivityPage& activity, const std::atomic<bool>& stop_requested, const Limits& limits)
    : activity_(activity), stop_requested_(stop_requested), limits_(limits), thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Watchdog::run() {
  using Clock = std::chrono::steady_clock;
  const double shortest =
      limits_.call_seconds > 0 ? std::min(limits_.call_seconds, limits_.grace_seconds) : limits_.grace_seconds;
  const auto interval = std::chrono::duration<double>(std::clamp(shortest / 10, 0.01, 0.5));
  auto before = Clock::now();
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, interval, [this] { return over_; })) {
    const auto now = Clock::now();
    // A process that was suspended, or that got no processor, has not used the time.
    const double passed = std::min(std::chrono::duration<double>(now - before), 2 * interval).count();
    before = now;
    awake_.store(awake() + passed, std::memory_order_relaxed);
    look(passed);
  }
}

void Watchdog::look(double passed) {
  if (stop_requested_) stopping_ += passed;
  slice_.see(activity_.slice(), passed);
  for (std::size_t i = 0; i < offloads_.size(); ++i) offloads_[i].see(activity_.offload(i), passed);
  if (activity_.only_offloads()) {
    // Their fibers' stacks are in use: nothing can be unwound before they come back. Those that others need not wait
    // for are let be.
    for (std::size_t i = 0; i < offloads_.size(); ++i) judge(activity_.offload_of(i), offloads_[i].seconds);
    return;
  }
  const Activity where = activity_.here();
  if (limits_.call_seconds > 0 && slice_.seconds > limits_.call_seconds && where.in_plugin() &&
      where.member != PluginMember::create)
    activity_.overdue(slice_.number, limits_.call_seconds);
  judge(where, slice_.seconds);
}

void Watchdog::judge(Activity where, double seconds) {
  if (!where.in_plugin()) return;
  const bool limited = limits_.call_seconds > 0 && where.member != PluginMember::create;
  if (limited && seconds > limits_.call_seconds + limits_.grace_seconds)
    end(activity_.text(where, limits_.call_seconds) + " and cannot be interrupted: it ends the run");
  if (std::min(seconds, stopping_) > limits_.grace_seconds)
    end(activity_.text(where, limits_.grace_seconds) + " after the request to stop: it ends the run");
}

void Watchdog::end(const std::string& sentence) {
  activity_.ends(ProcessEnd::did_not_come_back);
  log(LogLevel::error, sentence + "; finished calls are kept, and the same command goes on from there");
  ::_exit(1);
}

}  // namespace espalier::engine
