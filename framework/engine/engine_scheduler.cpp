#include <algorithm>
#include <stdexcept>
#include <utility>

#include "engine/failure.hpp"
#include "engine/ledger.hpp"
#include "engine/on_fiber.hpp"

namespace espalier::engine {
namespace {

/// What a head's reading costs. What its caller says was read before costs no arithmetic; whether it really was is a
/// matter of caches, which the ledger does not know: it is logical.
void charge_scoring(const Backend& backend, const ScoringWork& work) {
  Receipt* receipt = current_receipt();
  if (!receipt) return;
  for (const ModelInput& input : work.inputs) {
    const auto tokens = static_cast<int>(input.tokens.size());
    const int fresh = tokens - std::clamp(input.known, 0, tokens);
    const double flops = backend.flops(tokens, 0) - backend.flops(tokens - fresh, 0);
    receipt->add({.tokens = tokens, .new_tokens = fresh, .flops = static_cast<std::int64_t>(flops)});
  }
}

}  // namespace

void check_time() {
  const ActivityPage* const activity = current_activity_page();
  if (activity && activity->is_overdue()) throw TimeLimit{activity->overdue_text() + " (engine.call_seconds)"};
}

Engine* Engine::current() { return dynamic_cast<Engine*>(current_scheduler()); }

Finished Engine::await(Backend& backend, Work work) { return await(backend, std::move(work), {}); }

/// Throws where the running fiber has to end.
void Engine::check_may_go_on() const {
  if (abandoning()) throw Abandoned{};
  if (task_ && task_->overdue) throw TimeLimit{*task_->overdue};
}

void Engine::check_may_park() const {
  if (!fibers_->current()) throw std::logic_error("only tasks of the engine may wait on it");
  check_may_go_on();
  check_time();
  if (std::current_exception() || std::uncaught_exceptions() > 0) {
    throw std::logic_error("a task may not wait inside a catch block or during unwinding: leave it first, then call");
  }
}

void Engine::park() {
  Receipt* const receipt = exchange_receipt(nullptr);
  OpenTask* const task = task_;
  const Activity where = task->where = activity_.here();
  activity_.set({});
  fibers_->park();
  activity_.begin_slice();
  activity_.set(where);
  task_ = task;
  exchange_receipt(receipt);
}

/// Throws what the calling task waited for. A failure of the machine ends the run even if plugins catch it.
void Engine::rethrow(const std::exception_ptr& error) {
  if (!machine_failure(error).empty()) fail(error);
  std::rethrow_exception(error);
}

Finished Engine::await(Backend& backend, Work work, StoreWrite write) {
  check_may_park();
  Pending pending{.fiber = fibers_->current(),
                  .work = std::move(work),
                  .write = std::move(write),
                  .owner = task_,
                  .where = activity_.here()};
  queues_.enter(backend, pending);
  park();
  if (pending.abandoned) throw Abandoned{};
  check_may_go_on();
  if (const auto* error = std::get_if<std::exception_ptr>(&pending.finished.result)) rethrow(*error);
  if (const auto* scoring = std::get_if<ScoringWork>(&pending.work)) charge_scoring(backend, *scoring);
  return std::move(pending.finished);
}

void Engine::offload(const std::function<void()>& blocking) {
  check_may_park();
  Fibers::Fiber* const self = fibers_->current();
  OffloadPool::Job job{.work = &blocking, .owner = self, .where = activity_.here(), .task = self->task};
  offloads_.submit(job);
  park();
  check_may_go_on();
  if (job.error) rethrow(job.error);
}

void Engine::together(std::span<const std::function<void()>> tasks) {
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
  OpenTask* const task = task_;
  const Activity where = activity_.here();
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

void Engine::wait(WaitQueue& waiters) {
  check_may_park();
  Fibers::Fiber* const fiber = fibers_->current();
  waiters.waiting.push_back(fiber);
  const auto queued = queued_.insert(queued_.end(), {&waiters, fiber, task_});
  park();
  queued_.erase(queued);
  check_may_go_on();
}

void Engine::wake(WaitQueue& waiters) {
  for (void* fiber : std::exchange(waiters.waiting, {})) fibers_->wake(*static_cast<Fibers::Fiber*>(fiber));
}

Charge Engine::charged(const std::function<void()>& scoring) {
  Receipt receipt(Receipt::Purpose::scoring);
  {
    const ReceiptScope counted(receipt);
    scoring();
  }
  if (Receipt* const outer = current_receipt()) outer->count(receipt);
  const Cost cost = receipt.total();
  const Charge charged{
      .tokens = cost.scorer_tokens, .new_tokens = cost.scorer_new_tokens, .flops = cost.flops, .money = cost.money};
  charge(charged);
  return charged;
}

void Engine::charge(const Charge& charge) {
  if (Receipt* const receipt = current_receipt()) receipt->add(charge);
}

}  // namespace espalier::engine
