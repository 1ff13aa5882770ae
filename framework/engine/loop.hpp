#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "engine/activity_page.hpp"
#include "engine/backend_queues.hpp"
#include "engine/engine.hpp"
#include "engine/fibers.hpp"
#include "engine/offload_pool.hpp"
#include "engine/open_tasks.hpp"
#include "engine/watchdog.hpp"

namespace espalier::engine {

class Receipt;

/// What an engine is made of. Its own side, between the turns of fibers, is in loop.cpp; what fibers call, and wait in,
/// in loop_waits.cpp.
class Engine::Loop {
 public:
  Loop(Engine& engine, const EngineOptions& options);

  bool run(std::size_t count, const Body& body);
  void fail(std::exception_ptr error) noexcept;
  bool abandoning() const noexcept { return abandoned_ || failure_; }
  void commit_with_step(CallStore& store) { written_.insert(&store); }

  Finished await(Backend& backend, Work work, StoreWrite write);
  void offload(const std::function<void()>& blocking);
  void together(std::span<const std::function<void()>> tasks);
  void wait(WaitQueue& waiters);
  void wake(WaitQueue& waiters);

  std::atomic<bool> stop_requested = false;

 private:
  /// A fiber that waits at a wait queue.
  struct QueuedFiber {
    WaitQueue* waiters;
    Fibers::Fiber* fiber;
    const OpenTask* task;
  };
  class OnFiber;

  bool may_begin() const;
  void begin(const Body& body, std::size_t index);
  void run_fibers();
  void turn();
  void wake(const std::vector<Pending*>& done);
  void write(std::vector<Pending*>& done);
  void commit();
  void abandon();
  bool end_overdue();
  bool end(OpenTask& task);

  void park();
  void check_may_park() const;
  void check_may_go_on() const;
  [[noreturn]] void rethrow(const std::exception_ptr& error);

  Engine& engine_;
  int most_open_;
  std::unique_ptr<ActivityPage> own_activity_;
  ActivityPage& activity_;
  std::size_t begun_ = 0;  ///< tasks, in all runs
  std::size_t done_ = 0;   ///< tasks of this run that ran to their end
  bool running_ = false;
  bool abandoned_ = false;      ///< open tasks were made to unwind
  std::exception_ptr failure_;  ///< what ends the run
  OpenTasks tasks_;
  OpenTask* task_ = nullptr;  ///< whose fiber has its turn
  std::list<QueuedFiber> queued_;
  std::set<CallStore*> written_;  ///< into which something was put since the last commit
  std::unique_ptr<Fibers> fibers_;
  BackendQueues queues_;
  OffloadPool offloads_;
  Watchdog watchdog_;
};

/// What every fiber of the engine has while it runs: the scheduler, the activity page, its task and its receipt.
class Engine::Loop::OnFiber {
 public:
  OnFiber(Loop& loop, OpenTask* task, Receipt* receipt, Activity where);
  ~OnFiber();
  OnFiber(const OnFiber&) = delete;
  OnFiber& operator=(const OnFiber&) = delete;

 private:
  Scheduler* const scheduler_;
  ActivityPage* const activity_;
};

}  // namespace espalier::engine
