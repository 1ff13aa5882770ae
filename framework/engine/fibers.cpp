#include "engine/fibers.hpp"

#include <boost/fiber/condition_variable.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/mutex.hpp>
#include <boost/fiber/operations.hpp>
#include <boost/fiber/protected_fixedsize_stack.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace espalier::engine {
namespace {

constexpr std::size_t kStackBytes = 1 << 20;  // reserved, not used: pages are mapped when they are touched

/// Keeps the guarded stacks of ended fibers for later ones: mapping and protecting a stack costs more than most tasks.
class StackPool {
 public:
  StackPool() = default;
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;
  ~StackPool() {
    for (auto& stack : free_) source_.deallocate(stack);
  }

  boost::context::stack_context take() {
    if (free_.empty()) return source_.allocate();
    const auto stack = free_.back();
    free_.pop_back();
    return stack;
  }
  void give_back(const boost::context::stack_context& stack) { free_.push_back(stack); }

 private:
  boost::fibers::protected_fixedsize_stack source_{kStackBytes};
  std::vector<boost::context::stack_context> free_;
};

/// The pool as Boost wants allocators: copied freely. Boost frees an ended fiber's stack when it next comes by, perhaps
/// after the engine is gone, so that each copy keeps the pool alive.
struct PooledStack {
  std::shared_ptr<StackPool> pool;

  boost::context::stack_context allocate() { return pool->take(); }
  void deallocate(boost::context::stack_context& stack) { pool->give_back(stack); }
};

class BoostFibers final : public Fibers {
 public:
  // Boost's scheduler of this thread is made now, so that whatever its owner wants to be torn down before it, when the
  // thread or the process ends, can be made after this.
  BoostFibers() { static_cast<void>(boost::this_fiber::get_id()); }

  void start(std::size_t task, std::function<void()> body) override {
    boost::fibers::fiber(boost::fibers::launch::post, std::allocator_arg, PooledStack{pool_},
                         [this, task, body = std::move(body)] {
                           StackedFiber self(task);
                           current_ = &self;
                           body();
                           --live_;
                           --ready_;
                         })
        .detach();
    ++live_;
    ++ready_;
  }

  void park() override {
    auto* self = static_cast<StackedFiber*>(current_);
    self->awake = false;
    --ready_;
    std::unique_lock lock(self->mutex);
    self->woken.wait(lock, [self] { return self->awake; });
    current_ = self;
  }

  void wake(Fiber& fiber) override {
    auto& stacked = static_cast<StackedFiber&>(fiber);
    stacked.awake = true;
    ++ready_;
    stacked.woken.notify_one();
  }

  void run_ready() override {
    while (ready_ > 0) boost::this_fiber::yield();
    current_ = nullptr;
  }

  // Two memory mappings a stack; Linux allows 65,530 a process unless told otherwise.
  std::size_t capacity() const override { return 24'000; }

 private:
  struct StackedFiber final : Fiber {
    using Fiber::Fiber;
    boost::fibers::mutex mutex;
    boost::fibers::condition_variable woken;
    bool awake = true;
  };

  std::size_t ready_ = 0;
  std::shared_ptr<StackPool> pool_ = std::make_shared<StackPool>();
};

class ThreadFibers final : public Fibers {
 public:
  void start(std::size_t task, std::function<void()> body) override {
    auto* self = threads_.emplace_back(std::make_unique<Thread>(task)).get();
    self->thread = std::thread([this, self, body = std::move(body)] {
      wait_for_turn(self);
      body();
      --live_;
      self->ended = true;
      give_turn_to(nullptr);
    });
    ++live_;
    ready_.push_back(self);
  }

  void park() override {
    auto* self = static_cast<Thread*>(current_);
    give_turn_to(nullptr);
    wait_for_turn(self);
  }

  void wake(Fiber& fiber) override { ready_.push_back(static_cast<Thread*>(&fiber)); }

  void run_ready() override {
    while (!ready_.empty()) {
      Thread* next = ready_.front();
      ready_.pop_front();
      give_turn_to(next);
      wait_for_turn(nullptr);
      if (!next->ended) continue;
      next->thread.join();
      std::erase_if(threads_, [next](const auto& thread) { return thread.get() == next; });
    }
  }

  std::size_t capacity() const override { return 1'000; }

 private:
  struct Thread final : Fiber {
    using Fiber::Fiber;
    std::thread thread;
    std::condition_variable turn;
    bool ended = false;
  };

  void give_turn_to(Thread* fiber) {
    const std::lock_guard lock(mutex_);
    current_ = fiber;
    (fiber ? fiber->turn : engine_turn_).notify_one();
  }

  void wait_for_turn(Thread* fiber) {
    std::unique_lock lock(mutex_);
    (fiber ? fiber->turn : engine_turn_).wait(lock, [this, fiber] { return current_ == fiber; });
  }

  std::mutex mutex_;
  std::condition_variable engine_turn_;
  std::deque<Thread*> ready_;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace

FiberKind default_fiber_kind() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return FiberKind::threads;
#else
  return FiberKind::fibers;
#endif
}

std::unique_ptr<Fibers> Fibers::make(FiberKind kind) {
  if (kind == FiberKind::threads) return std::make_unique<ThreadFibers>();
  return std::make_unique<BoostFibers>();
}

}  // namespace espalier::engine
