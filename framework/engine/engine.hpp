#pragma once

#include <atomic>
#include <cstddef>
#include <espalier/runtime.hpp>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/activity_page.hpp"
#include "engine/backend_queues.hpp"
#include "engine/fibers.hpp"
#include "engine/offload_pool.hpp"
#include "engine/open_tasks.hpp"
#include "engine/watchdog.hpp"

namespace espalier::engine {

struct EngineOptions {
  int open_tasks = 0;  ///< tasks begun and not ended; 0: from the machine's free memory, at most 2000
  FiberKind fibers = default_fiber_kind();
  double call_seconds = 0;     ///< how long a plugin may keep the engine's thread in one go; 0: for ever (see Watchdog)
  double grace_seconds = 5;    ///< what is overdue, or asked to stop, may take at most to end in order
  double problem_seconds = 0;  ///< a task's share of the time: seconds, divided by the tasks open beside it; 0: any
  ActivityPage* activity = nullptr;  ///< where it is kept what runs; null: in one of the engine's own
};

/// Unwinds a task that is given up because the run ends early. No std::exception, so that plugins do not take it for an
/// error.
struct Abandoned {};

/// Unwinds a task that took longer than the engine's options allow; a failure of the plugin it names. No
/// std::exception, so that plugins do not take it for an error of theirs.
struct TimeLimit {
  std::string what;
};

/// Throws TimeLimit where the fiber's plugin has kept the thread for too long. For what plugins call of the engine
/// that does not wait; what waits checks by itself.
void check_time();

/// Where fibers of one engine wait for what another fiber of it does.
struct WaitQueue {
  std::vector<void*> waiting;  ///< the fibers, as the engine knows them
};

/// Runs many tasks side by side on the calling thread and gathers what they ask of backends, so that the calls of all
/// tasks share steps:
///
///     repeat:  run every fiber that is ready until all are parked
///              admit waiting work to each backend, that of the oldest task first, until it is full
///              begin a task, unless open_tasks are open or the newest one finds no room in the backends; from the top
///              step each backend once; commit what finished to the call store; make its fibers ready
///              unwind tasks that have taken too long
///
/// So there are as many tasks as it takes to fill the backends, and they end in the order in which they were begun as
/// far as batches allow. Results do not depend on that order.
///
/// Backends do their arithmetic on threads or devices of their own inside `step`. Fibers are switched only inside
/// await, offload and together, so plugin code between such calls needs no locks against other tasks.
class Engine final : public Scheduler {
 public:
  using Body = std::function<void(std::size_t index)>;

  explicit Engine(const EngineOptions& options = {});
  ~Engine() override;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Calls body(0) .. body(count - 1), each on its own fiber, begun in this order. What a body throws ends the run:
  /// open tasks are unwound, and it is thrown from here. Returns whether all tasks ran to their end: after a stop
  /// request no task begins and open ones are unwound. Throws CallStoreError, after unwinding, when results cannot be
  /// stored. Not reentrant.
  bool run(std::size_t count, const Body& body);

  /// Ends the run as if the calling task had thrown `error`, whatever plugins make of it on its way. For failures of
  /// the machine.
  void fail(std::exception_ptr error) noexcept;
  /// Asks `run` to end soon. Safe in signal handlers and from any thread; holds for all later runs.
  void request_stop() noexcept { stop_requested_ = true; }
  bool stop_requested() const noexcept { return stop_requested_; }
  /// Whether open tasks are being given up: a task that swallowed Abandoned, or a failure of the machine, must not
  /// report anything.
  bool abandoning() const noexcept { return abandoned_ || failure_; }

  /// The engine that runs the calling fiber, or null.
  static Engine* current();

  // Scheduler; for fibers of this engine only. Those that wait throw std::logic_error inside a catch block or during
  // unwinding: the C++ runtime keeps one stack of caught exceptions per thread, which a switch of fibers there would
  // mix up.
  Finished await(Backend& backend, Work work) override;
  void offload(const std::function<void()>& blocking) override;
  void together(std::span<const std::function<void()>> tasks) override;
  Charge charged(const std::function<void()>& scoring) override;
  void charge(const Charge& charge) override;

  /// Like await, but the caller goes on only when the result is recorded and durable.
  Finished await(Backend& backend, Work work, StoreWrite write);

  /// Commits what was put into `store` together with the results of the next step, and at the latest when the run ends;
  /// the caller goes on at once. What was not committed when a process is killed is computed again.
  void commit_with_step(CallStore& store) { written_.insert(&store); }

  /// Parks the calling fiber until somebody wakes the queue. Refused where `await` is.
  void wait(WaitQueue& waiters);
  /// Lets all who wait go on, in the order in which they came. Never parks: may be called while unwinding.
  void wake(WaitQueue& waiters);

 private:
  /// A fiber that waits at a wait queue.
  struct QueuedFiber {
    WaitQueue* waiters;
    Fibers::Fiber* fiber;
    const OpenTask* task;
  };
  class OnFiber;

  // Between the turns of fibers: engine.cpp.
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

  // On fibers, as what they call of the scheduler: engine_scheduler.cpp.
  void park();
  void check_may_park() const;
  void check_may_go_on() const;
  [[noreturn]] void rethrow(const std::exception_ptr& error);

  std::atomic<bool> stop_requested_ = false;
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

}  // namespace espalier::engine
