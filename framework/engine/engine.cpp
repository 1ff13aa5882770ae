#include "engine/engine.hpp"

#include <utility>

#include "engine/activity_page.hpp"
#include "engine/ledger.hpp"
#include "engine/loop.hpp"

namespace espalier::engine {

FiberKind default_fiber_kind() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return FiberKind::threads;
#else
  return FiberKind::fibers;
#endif
}

Engine::Engine(EngineOptions options) : loop_(std::make_unique<Loop>(*this, options)) {}
Engine::~Engine() = default;

bool Engine::run(std::size_t count, const Body& body) { return loop_->run(count, body); }
void Engine::fail(std::exception_ptr error) noexcept { loop_->fail(std::move(error)); }

void Engine::request_stop() noexcept { loop_->stop_requested = true; }
bool Engine::stop_requested() const noexcept { return loop_->stop_requested; }
bool Engine::abandoning() const noexcept { return loop_->abandoning(); }

void check_time() {
  const ActivityPage* const activity = current_activity_page();
  if (activity && activity->is_overdue()) throw TimeLimit{activity->overdue_text() + " (engine.call_seconds)"};
}

Engine* Engine::current() { return dynamic_cast<Engine*>(current_scheduler()); }

Finished Engine::await(Backend& backend, Work work) { return loop_->await(backend, std::move(work), {}); }
Finished Engine::await(Backend& backend, Work work, StoreWrite write) {
  return loop_->await(backend, std::move(work), std::move(write));
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
