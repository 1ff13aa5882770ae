#include "engine/engine.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <list>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/memory.hpp"
#include "call_store/call_store.hpp"
#include "engine/backend_queues.hpp"
#include "engine/failure.hpp"
#include "engine/fibers.hpp"
#include "engine/ledger.hpp"
#include "engine/offload_pool.hpp"
#include "engine/running_note.hpp"
#include "engine/watchdog.hpp"

namespace espalier::engine {
namespace {

constexpr int kMostOpenTasks = 2000;
constexpr int kMostOpenThreads = 64;
constexpr std::chrono::milliseconds kPatience{500};  // with offloaded work, before stops and limits are looked at
constexpr double kBytesPerTask = 4 << 20;            // touched stack pages, a search tree, messages under way

int default_open_tasks(FiberKind kind) {
  const double most = kind == FiberKind::threads ? kMostOpenThreads : kMostOpenTasks;
  return static_cast<int>(std::clamp(base::available_memory().value_or(0.0) / kBytesPerTask, 16.0, most));
}

/// What a head's reading costs. What its caller says was read before costs no arithmetic; whether it really was is a
/// matter of caches, which the ledger does not know: it is logical.
void charge_scoring(const Backend& backend, const ScoringWork& work) {
  Receipt* receipt = current_receipt();
  if (!receipt) return;
  for (const ModelInput& input : work.inputs) {
    const auto tokens = static_cast<int>(input.tokens.size());
    const int fresh = tokens - std::clamp(input.known, 0, tokens);
    const double flops = backend.flops(tokens, 0) - backend.flops(tokens - fresh, 0);
    receipt->add_scoring(tokens, fresh, static_cast<std::int64_t>(flops));
  }
}

}  // namespace

FiberKind default_fiber_kind() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return FiberKind::threads;
#else
  return FiberKind::fibers;
#endif
}

class Engine::Loop {
 public:
  Loop(Engine& engine, const EngineOptions& options)
      : engine_(engine),
        open_tasks_(options.open_tasks > 0 ? options.open_tasks : default_open_tasks(options.fibers)),
        problem_seconds_(options.problem_seconds),
        own_note_(options.note ? nullptr : std::make_unique<RunningNote>()),
        note_(options.note ? *options.note : *own_note_),
        fibers_(Fibers::make(options.fibers)),
        offloads_(note_),
        watchdog_(note_, stop_requested, {options.call_seconds, options.grace_seconds}) {}

  bool run(std::size_t count, const Body& body);
  void fail(std::exception_ptr error) noexcept;
  bool abandoning() const noexcept { return abandoned_ || failure_; }
  Finished await(Backend& backend, Work work, Deposit deposit);
  void offload(const std::function<void()>& blocking);
  void together(std::span<const std::function<void()>> tasks);
  void wait(WaitQueue& waiters);
  void wake(WaitQueue& waiters);
  void commit_with_step(CallStore& store) { written_.insert(&store); }

  std::atomic<bool> stop_requested = false;

 private:
  /// A task that was begun and has not ended.
  struct Task {
    double begun = 0;                    ///< of shares_
    Whereabouts where;                   ///< of the fiber of it that waited last
    std::optional<std::string> overdue;  ///< why it has to end
  };
  /// A fiber that waits at a wait queue.
  struct Visit {
    WaitQueue* waiters;
    Fibers::Fiber* fiber;
    const Task* task;
  };
  class OnFiber;

  bool may_begin() const;
  void begin(const Body& body, std::size_t index);
  void run_fibers();
  void turn();
  void wake(const std::vector<Pending*>& done);
  void deposit(std::vector<Pending*>& done);
  void commit();
  void abandon();
  void count_time();
  bool end_overdue();
  bool end(Task& task);
  void park();
  void check_may_park() const;
  void check_may_go_on() const;
  [[noreturn]] void rethrow(const std::exception_ptr& error);

  Engine& engine_;
  int open_tasks_;
  double problem_seconds_;
  std::unique_ptr<RunningNote> own_note_;
  RunningNote& note_;
  int open_ = 0;
  std::size_t begun_ = 0;  ///< tasks, in all runs
  std::size_t done_ = 0;   ///< tasks of this run that ran to their end
  bool running_ = false;
  bool abandoned_ = false;      ///< open tasks were told to unwind
  std::exception_ptr failure_;  ///< what ends the run
  std::list<Task> tasks_;       ///< open ones, in the order in which they were begun
  Task* task_ = nullptr;        ///< whose fiber has its turn
  double shares_ = 0;           ///< seconds so far, each moment divided by the tasks that were open
  double counted_ = 0;          ///< seconds of the watchdog that are in them
  std::list<Visit> visits_;
  std::set<CallStore*> written_;  ///< into which something was put since the last commit
  std::unique_ptr<Fibers> fibers_;
  BackendQueues queues_;
  OffloadPool offloads_;
  Watchdog watchdog_;
};

/// What every fiber of the engine has while it runs: the scheduler, the note, and its task.
class Engine::Loop::OnFiber {
 public:
  OnFiber(Loop& loop, Task* task, Receipt* receipt, Whereabouts where)
      : scheduler_(exchange_scheduler(&loop.engine_)), note_(exchange_running_note(&loop.note_)) {
    exchange_receipt(receipt);
    loop.task_ = task;
    loop.note_.begin_stretch();
    loop.note_.set(where);
  }
  ~OnFiber() {
    current_running_note()->set({});
    exchange_running_note(note_);
    exchange_scheduler(scheduler_);
  }
  OnFiber(const OnFiber&) = delete;
  OnFiber& operator=(const OnFiber&) = delete;

 private:
  Scheduler* const scheduler_;
  RunningNote* const note_;
};

bool Engine::Loop::run(std::size_t count, const Body& body) {
  if (running_) throw std::logic_error("the engine is running already");
  running_ = true;
  abandoned_ = false;
  done_ = 0;
  RunningNote* const note_before = exchange_running_note(&note_);
  const Whereabouts where_before = note_.here();
  note_.set({});
  for (std::size_t next = 0;;) {
    run_fibers();
    if (stop_requested || failure_) {
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
    if (open_ == 0) break;
    turn();
  }
  note_.set(where_before);
  exchange_running_note(note_before);
  running_ = false;
  try {
    commit();
  } catch (...) {
    fail(std::current_exception());
  }
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  return done_ == count;
}

void Engine::Loop::fail(std::exception_ptr error) noexcept {
  if (!failure_) failure_ = std::move(error);
}

bool Engine::Loop::may_begin() const { return open_ < open_tasks_ && !queues_.keeps_out(begun_); }

void Engine::Loop::begin(const Body& body, std::size_t index) {
  count_time();
  const auto task = tasks_.insert(tasks_.end(), {.begun = shares_});
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
      tasks_.erase(task);
      --open_;
    });
    ++open_;
  } catch (...) {
    tasks_.erase(task);
    fail(std::current_exception());
  }
}

/// Only fibers see the scheduler: code of backends that calls the SDK works in place.
void Engine::Loop::run_fibers() {
  Scheduler* const before = exchange_scheduler(&engine_);
  Receipt* const receipt = exchange_receipt(nullptr);
  fibers_->run_ready();
  exchange_receipt(receipt);
  exchange_scheduler(before);
}

void Engine::Loop::turn() {
  note_.begin_stretch();
  if (end_overdue()) return;
  const bool only_offloads = queues_.idle();
  if (only_offloads && offloads_.under_way() == 0) throw std::logic_error("all tasks wait, and nothing is under way");
  note_.only_offloads(only_offloads);
  const auto finished = offloads_.take_finished(only_offloads ? kPatience : std::chrono::milliseconds(0));
  note_.only_offloads(false);
  for (OffloadPool::Job* job : finished) fibers_->wake(*static_cast<Fibers::Fiber*>(job->owner));
  if (only_offloads) return;
  auto done = queues_.step();
  deposit(done);
  wake(done);
}

void Engine::Loop::wake(const std::vector<Pending*>& done) {
  for (Pending* pending : done) fibers_->wake(*pending->fiber);
}

/// Nobody sees a result before it is durable; one transaction for all results of a step.
void Engine::Loop::deposit(std::vector<Pending*>& done) {
  for (Pending* pending : done) {
    if (!pending->deposit.store || std::holds_alternative<std::exception_ptr>(pending->finished.result)) continue;
    try {
      pending->deposit.record(pending->finished);
      written_.insert(pending->deposit.store);
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

void Engine::Loop::commit() {
  for (CallStore* store : std::exchange(written_, {})) store->commit();
}

void Engine::Loop::abandon() {
  abandoned_ = true;
  wake(queues_.abandon());
}

void Engine::Loop::count_time() {
  const double now = watchdog_.awake();
  shares_ += (now - counted_) / std::max(1, open_);
  counted_ = now;
}

/// Makes tasks that have used up their time ready to be unwound, and returns whether any is.
bool Engine::Loop::end_overdue() {
  count_time();
  bool any = false;
  for (Task& task : tasks_) {
    if (problem_seconds_ <= 0 || shares_ - task.begun <= problem_seconds_) break;
    if (!task.overdue) any = end(task) || any;
  }
  return any;
}

/// Wakes the fibers of a task that wait for backends or other tasks. Those that wait for offloaded work, which uses
/// their stacks, hear of it when they come back.
bool Engine::Loop::end(Task& task) {
  task.overdue = note_.text(task.where, problem_seconds_) + " (engine.problem_seconds)";
  std::vector<Fibers::Fiber*> woken;
  for (Pending* pending : queues_.withdraw(&task)) woken.push_back(pending->fiber);
  for (const Visit& visit : visits_) {
    if (visit.task == &task && std::erase(visit.waiters->waiting, visit.fiber) > 0) woken.push_back(visit.fiber);
  }
  for (Fibers::Fiber* fiber : woken) fibers_->wake(*fiber);
  return !woken.empty();
}

/// Throws where the running fiber has to end.
void Engine::Loop::check_may_go_on() const {
  if (abandoning()) throw Abandoned{};
  if (task_ && task_->overdue) throw TimeLimit{*task_->overdue};
}

void Engine::Loop::check_may_park() const {
  if (!fibers_->current()) throw std::logic_error("only tasks of the engine may wait on it");
  check_may_go_on();
  check_time();
  if (std::current_exception() || std::uncaught_exceptions() > 0) {
    throw std::logic_error("a task may not wait inside a catch block or during unwinding: leave it first, then call");
  }
}

void Engine::Loop::park() {
  Receipt* const receipt = exchange_receipt(nullptr);
  Task* const task = task_;
  const Whereabouts where = task->where = note_.here();
  note_.set({});
  fibers_->park();
  note_.begin_stretch();
  note_.set(where);
  task_ = task;
  exchange_receipt(receipt);
}

/// Throws what the calling task waited for. A failure of the machine ends the run even if plugins catch it.
void Engine::Loop::rethrow(const std::exception_ptr& error) {
  if (!machine_failure(error).empty()) fail(error);
  std::rethrow_exception(error);
}

Finished Engine::Loop::await(Backend& backend, Work work, Deposit deposit) {
  check_may_park();
  Pending pending{.fiber = fibers_->current(),
                  .work = std::move(work),
                  .deposit = std::move(deposit),
                  .owner = task_,
                  .where = note_.here()};
  queues_.enter(backend, pending);
  park();
  if (pending.abandoned) throw Abandoned{};
  check_may_go_on();
  if (const auto* error = std::get_if<std::exception_ptr>(&pending.finished.result)) rethrow(*error);
  if (const auto* scoring = std::get_if<ScoringWork>(&pending.work)) charge_scoring(backend, *scoring);
  return std::move(pending.finished);
}

void Engine::Loop::offload(const std::function<void()>& blocking) {
  check_may_park();
  Fibers::Fiber* const self = fibers_->current();
  OffloadPool::Job job{.work = &blocking, .owner = self, .where = note_.here(), .task = self->task};
  offloads_.submit(job);
  park();
  check_may_go_on();
  if (job.error) rethrow(job.error);
}

void Engine::Loop::together(std::span<const std::function<void()>> tasks) {
  check_may_park();
  std::vector<std::exception_ptr> errors(tasks.size());
  const auto attempt = [&](std::size_t i) {
    try {
      tasks[i]();
    } catch (...) {
      errors[i] = std::current_exception();
    }
  };
  Fibers::Fiber* const parent = fibers_->current();
  Receipt* const receipt = current_receipt();
  Task* const task = task_;
  const Whereabouts where = note_.here();
  std::size_t running = 0;
  bool waiting = false;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (fibers_->live() >= fibers_->capacity()) {
      attempt(i);  // results do not depend on where a task runs, only the size of batches does
      continue;
    }
    const auto child = [&, i] {
      {
        const OnFiber here(*this, task, receipt, where);
        attempt(i);
      }
      if (--running == 0 && waiting) fibers_->wake(*parent);
    };
    try {
      fibers_->start(parent->task, child);
      ++running;
    } catch (...) {  // those that run use this stack: they come first
      errors[i] = std::current_exception();
      break;
    }
  }
  waiting = true;
  if (running > 0) park();
  check_may_go_on();
  for (const auto& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

void Engine::Loop::wait(WaitQueue& waiters) {
  check_may_park();
  Fibers::Fiber* const fiber = fibers_->current();
  waiters.waiting.push_back(fiber);
  const auto visit = visits_.insert(visits_.end(), {&waiters, fiber, task_});
  park();
  visits_.erase(visit);
  check_may_go_on();
}

void Engine::Loop::wake(WaitQueue& waiters) {
  for (void* fiber : std::exchange(waiters.waiting, {})) fibers_->wake(*static_cast<Fibers::Fiber*>(fiber));
}

Engine::Engine(EngineOptions options) : loop_(std::make_unique<Loop>(*this, options)) {}
Engine::~Engine() = default;

bool Engine::run(std::size_t count, const Body& body) { return loop_->run(count, body); }
void Engine::fail(std::exception_ptr error) noexcept { loop_->fail(std::move(error)); }

void Engine::request_stop() noexcept { loop_->stop_requested = true; }
bool Engine::stop_requested() const noexcept { return loop_->stop_requested; }
bool Engine::abandoning() const noexcept { return loop_->abandoning(); }

void check_time() {
  const RunningNote* const note = current_running_note();
  if (note && note->is_overdue()) throw TimeLimit{note->overdue_text() + " (engine.call_seconds)"};
}

Engine* Engine::current() { return dynamic_cast<Engine*>(current_scheduler()); }

Finished Engine::await(Backend& backend, Work work) { return loop_->await(backend, std::move(work), {}); }
Finished Engine::await(Backend& backend, Work work, Deposit deposit) {
  return loop_->await(backend, std::move(work), std::move(deposit));
}
void Engine::offload(const std::function<void()>& blocking) { loop_->offload(blocking); }
void Engine::together(std::span<const std::function<void()>> tasks) { loop_->together(tasks); }
void Engine::commit_with_step(CallStore& store) { loop_->commit_with_step(store); }
void Engine::wait(WaitQueue& waiters) { loop_->wait(waiters); }
void Engine::wake(WaitQueue& waiters) { loop_->wake(waiters); }

Charge Engine::charged(const std::function<void()>& scoring) {
  Receipt receipt(Receipt::Purpose::scoring);
  {
    const ReceiptScope counted(receipt);
    scoring();
  }
  if (Receipt* const outer = current_receipt()) outer->count(receipt);
  const Cost cost = receipt.total();
  const Charge charged{.tokens = cost.scorer_tokens, .new_tokens = cost.scorer_new_tokens, .flops = cost.flops};
  charge(charged);
  return charged;
}

void Engine::charge(const Charge& charge) {
  if (Receipt* const receipt = current_receipt()) receipt->add_scoring(charge.tokens, charge.new_tokens, charge.flops);
}

}  // namespace espalier::engine
