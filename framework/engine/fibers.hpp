#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace espalier::engine {

/// What tasks run on. Both give the same results: at any moment one task runs, or the engine.
enum class FiberKind {
  fibers,   ///< Boost.Fiber on guarded stacks of 1 MiB: thousands of tasks cost little
  threads,  ///< one plain thread each, taking turns: for debuggers and sanitizers, which do not follow stack switches
};

/// Fibers, except in builds with a sanitizer.
FiberKind default_fiber_kind();

/// Stacks that take turns with the engine. At any moment either the engine runs or one fiber does; fibers run in the
/// order in which they became ready.
class Fibers {
 public:
  /// One stack; owned by its Fibers and gone once its body has returned.
  class Fiber {
   public:
    explicit Fiber(std::size_t of_task) : task(of_task) {}
    virtual ~Fiber() = default;
    const std::size_t task;  ///< the task it works for, counted from the first one begun: smaller ones are older
  };

  static std::unique_ptr<Fibers> make(FiberKind kind);
  virtual ~Fibers() = default;

  /// Makes a fiber of `task` that runs `body`, which must not throw. It is ready, and runs in its turn. Throws
  /// std::bad_alloc when there is no room for another stack.
  virtual void start(std::size_t task, std::function<void()> body) = 0;
  /// Gives the turn away until somebody wakes the calling fiber.
  virtual void park() = 0;
  /// Makes a parked fiber ready.
  virtual void wake(Fiber& fiber) = 0;
  /// Gives turns to fibers until none is ready. For the engine.
  virtual void run_ready() = 0;

  /// The fiber whose turn it is; null: the engine's.
  Fiber* current() const { return current_; }
  /// Fibers started and not ended.
  std::size_t live() const { return live_; }
  /// How many may live at once.
  virtual std::size_t capacity() const = 0;

 protected:
  Fiber* current_ = nullptr;
  std::size_t live_ = 0;
};

}  // namespace espalier::engine
