#include "engine/engine.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/memory.hpp"
#include "call_store/call_store.hpp"
#include "engine/ledger.hpp"
#include "engine/on_fiber.hpp"

namespace espalier::engine {
namespace {

constexpr int kMostOpenTasks = 2000;
constexpr int kMostOpenThreads = 64;
constexpr std::chrono::milliseconds kPatience{500};  // with work elsewhere, before stops and limits are looked at
constexpr std::chrono::milliseconds kGlance{2};      // with work in two places that cannot be waited for together
constexpr double kBytesPerTask = 4 << 20;            // touched stack pages, a search tree, messages under way

int default_open_tasks(FiberKind kind) {
  const double most = kind == FiberKind::threads ? kMostOpenThreads : kMostOpenTasks;
  return static_cast<int>(std::clamp(base::available_memory().value_or(0.0) / kBytesPerTask, 16.0, most));
}

}  // namespace

Engine::Engine(const EngineOptions& options)
    : most_open_(options.open_tasks > 0 ? options.open_tasks : default_open_tasks(options.fibers)),
      own_activity_(options.activity ? nullptr : std::make_unique<ActivityPage>()),
      activity_(options.activity ? *options.activity : *own_activity_),
      tasks_(options.problem_seconds),
      fibers_(Fibers::make(options.fibers)),
      offloads_(activity_),
      watchdog_(activity_, stop_requested_, {options.call_seconds, options.grace_seconds}) {}

Engine::OnFiber::OnFiber(Engine& engine, OpenTask* task, Receipt* receipt, Activity where)
    : scheduler_(exchange_scheduler(&engine)), activity_(exchange_activity_page(&engine.activity_)) {
  exchange_receipt(receipt);
  engine.task_ = task;
  engine.activity_.begin_slice();
  engine.activity_.set(where);
}

Engine::OnFiber::~OnFiber() {
  current_activity_page()->set({});
  exchange_activity_page(activity_);
  exchange_scheduler(scheduler_);
}

Engine::~Engine() = default;

bool Engine::run(std::size_t count, const Body& body) {
  if (running_) throw std::logic_error("the engine is running already");
  running_ = true;
  abandoned_ = false;
  done_ = 0;
  ActivityPage* const page_before = exchange_activity_page(&activity_);
  const Activity where_before = activity_.here();
  activity_.set({});
  for (std::size_t next = 0;;) {
    run_fibers();
    if (stop_requested_ || failure_) {
      if (!abandoned_) {
        abandon();
        continue;
      }
    } else if (const auto refused = queues_.admit(); !refused.empty()) {
      wake(refused);
      continue;
    } else if (next < count && may_begin()) {
      begin(body, next++);
      continue;
    }
    if (tasks_.count() == 0) break;
    turn();
  }
  activity_.set(where_before);
  exchange_activity_page(page_before);
  running_ = false;
  try {
    commit();
  } catch (...) {
    fail(std::current_exception());
  }
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  return done_ == count;
}

void Engine::fail(std::exception_ptr error) noexcept {
  if (!failure_) failure_ = std::move(error);
}

bool Engine::may_begin() const { return tasks_.count() < most_open_ && !queues_.keeps_out(begun_); }

void Engine::begin(const Body& body, std::size_t index) {
  const auto task = tasks_.begin(watchdog_.awake());
  try {
    fibers_->start(++begun_, [this, &body, index, task] {
      {
        const OnFiber here(*this, &*task, nullptr, {});
        try {
          body(index);
          if (!abandoning()) ++done_;
        } catch (const Abandoned&) {
        } catch (const TimeLimit& limit) {
          fail(std::make_exception_ptr(std::runtime_error(limit.what)));
        } catch (...) {
          fail(std::current_exception());
        }
      }
      tasks_.end(task);
    });
  } catch (...) {
    tasks_.end(task);
    fail(std::current_exception());
  }
}

/// Only fibers see the scheduler: code of backends that calls the SDK works in place.
void Engine::run_fibers() {
  Scheduler* const before = exchange_scheduler(this);
  Receipt* const receipt = exchange_receipt(nullptr);
  fibers_->run_ready();
  exchange_receipt(receipt);
  exchange_scheduler(before);
}

void Engine::turn() {
  activity_.begin_slice();
  if (end_overdue()) return;
  const bool only_offloads = queues_.idle();
  if (only_offloads && offloads_.under_way() == 0) throw std::logic_error("all tasks wait, and nothing is under way");
  activity_.only_offloads(only_offloads);
  const auto finished = offloads_.take_finished(only_offloads ? kPatience : std::chrono::milliseconds(0));
  activity_.only_offloads(false);
  for (OffloadPool::Job* job : finished) fibers_->wake(*static_cast<Fibers::Fiber*>(job->owner));
  if (only_offloads) return;
  auto done = queues_.step();
  if (done.empty() && finished.empty()) queues_.wait(offloads_.under_way() > 0 ? kGlance : kPatience);
  write(done);
  wake(done);
}

void Engine::wake(const std::vector<Pending*>& done) {
  for (Pending* pending : done) fibers_->wake(*pending->fiber);
}

/// Nobody sees a result before it is durable; one transaction for all results of a step.
void Engine::write(std::vector<Pending*>& done) {
  for (Pending* pending : done) {
    if (!pending->write.store || std::holds_alternative<std::exception_ptr>(pending->finished.result)) continue;
    try {
      pending->write.record(pending->finished);
      written_.insert(pending->write.store);
    } catch (...) {
      pending->finished.result = std::current_exception();
    }
  }
  try {
    commit();
  } catch (...) {
    fail(std::current_exception());
    for (Pending* pending : done) pending->abandoned = true;
  }
}

void Engine::commit() {
  for (CallStore* store : std::exchange(written_, {})) store->commit();
}

void Engine::abandon() {
  abandoned_ = true;
  wake(queues_.abandon());
}

/// Makes tasks that have used up their time ready to be unwound, and returns whether any is.
bool Engine::end_overdue() {
  bool any = false;
  for (OpenTask* task : tasks_.beyond_limit(watchdog_.awake())) any = end(*task) || any;
  return any;
}

/// Wakes the fibers of a task that wait for backends or other tasks. Those that wait for offloaded work, which uses
/// their stacks, hear of it when they come back.
bool Engine::end(OpenTask& task) {
  task.overdue = activity_.text(task.where, tasks_.most_seconds()) + " (engine.problem_seconds)";
  std::vector<Fibers::Fiber*> woken;
  for (Pending* pending : queues_.withdraw(&task)) woken.push_back(pending->fiber);
  for (const QueuedFiber& queued : queued_) {
    if (queued.task == &task && std::erase(queued.waiters->waiting, queued.fiber) > 0) woken.push_back(queued.fiber);
  }
  for (Fibers::Fiber* fiber : woken) fibers_->wake(*fiber);
  return !woken.empty();
}

}  // namespace espalier::engine
