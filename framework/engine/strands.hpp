#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "engine/engine.hpp"

namespace espalier::engine {

/// Stacks that take turns with the engine. At any moment either the engine runs or one strand does; strands run in the
/// order in which they became ready.
class Strands {
 public:
  /// One stack; owned by its Strands and gone once its body has returned.
  class Strand {
   public:
    explicit Strand(std::size_t of_task) : task(of_task) {}
    virtual ~Strand() = default;
    const std::size_t task;  ///< the task it works for, counted from the first one begun: smaller ones are older
  };

  static std::unique_ptr<Strands> make(StrandKind kind);
  virtual ~Strands() = default;

  /// Makes a strand of `task` that runs `body`, which must not throw. It is ready, and runs in its turn. Throws
  /// std::bad_alloc when there is no room for another stack.
  virtual void start(std::size_t task, std::function<void()> body) = 0;
  /// Gives the turn away until somebody wakes the calling strand.
  virtual void park() = 0;
  /// Makes a parked strand ready.
  virtual void wake(Strand& strand) = 0;
  /// Gives turns to strands until none is ready. For the engine.
  virtual void run_ready() = 0;

  /// The strand whose turn it is; null: the engine's.
  Strand* current() const { return current_; }
  /// Strands started and not ended.
  std::size_t live() const { return live_; }
  /// How many may live at once.
  virtual std::size_t capacity() const = 0;

 protected:
  Strand* current_ = nullptr;
  std::size_t live_ = 0;
};

}  // namespace espalier::engine
