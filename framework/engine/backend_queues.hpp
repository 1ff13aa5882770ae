#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <espalier/language_model.hpp>
#include <exception>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "engine/activity_page.hpp"
#include "engine/batch_limit.hpp"
#include "engine/fibers.hpp"

namespace espalier::engine {

class CallStore;

/// What becomes of a result before anybody sees it: `record` puts it into `store`, which is committed once for all
/// results of a step.
struct StoreWrite {
  CallStore* store = nullptr;
  std::function<void(const Finished&)> record;
};

/// Work that one fiber waits for; lives on its stack.
struct Pending {
  Fibers::Fiber* fiber = nullptr;
  Work work;
  StoreWrite write;
  Finished finished;
  const void* owner = nullptr;  ///< the task
  Activity where;               ///< of the fiber
  std::uint64_t number = 0;     ///< of all work that was ever asked for, in that order
  bool abandoned = false;
};

/// The way to each backend: work waits, that of older tasks before that of younger ones, is admitted while the backend
/// takes it, and leaves when a step finishes it. So tasks end in the order in which they were begun, as far as batches
/// allow.
///
/// When a step throws, what it finished before is kept, and the rest is taken back and offered again, half as much at
/// once (BatchLimit): only work that fails alone has failed. No result depends on what shares a batch with it.
class BackendQueues {
 public:
  void enter(Backend& backend, Pending& pending);
  /// Admits what fits, and returns what a backend would not have at all (or refused while idle, which breaks its
  /// contract). A backend that is full is not asked again before it has made a step.
  std::vector<Pending*> admit();
  /// Steps every backend that has work, and returns what finished, oldest first. Backends that break their contract
  /// otherwise (finish work they were not given) fail the work they hold.
  std::vector<Pending*> step();
  /// Returns as soon as a step may have something to do, at the latest after `most`; at once where a backend works in
  /// its steps. Several that work elsewhere are waited for in turns.
  void wait(std::chrono::milliseconds most);
  /// Takes all work back from the backends and returns it.
  std::vector<Pending*> abandon();
  /// Takes back the work of one task and returns it.
  std::vector<Pending*> withdraw(const void* owner);
  bool idle() const;
  /// Whether work of `task`, the youngest, waits, and nothing of it was ever admitted: the backends have their hands
  /// full with older tasks.
  bool keeps_out(std::size_t task) const;

 private:
  using Age = std::pair<std::size_t, std::uint64_t>;  ///< task, and number of the work

  struct BackendQueue {
    Backend* backend;
    std::map<Age, Pending*> waiting;
    std::map<Ticket, Pending*> running;
    bool full = false;  ///< has refused work since its last step
  };

  static Age age(const Pending& pending) { return {pending.fiber->task, pending.number}; }

  void admit(BackendQueue& queue, std::vector<Pending*>& refused);
  void step(BackendQueue& queue, std::vector<Pending*>& done);
  void take_back(BackendQueue& queue);
  void fail_running(BackendQueue& queue, const std::exception_ptr& error, std::vector<Pending*>& done);
  /// A backend without work may be destroyed before the next turn.
  void forget_idle();

  std::vector<BackendQueue> queues_;             ///< a handful, in order of first use
  std::map<const Backend*, BatchLimit> limits_;  ///< of backends that threw; they outlive the queues
  Ticket last_ticket_ = 0;
  std::uint64_t entered_ = 0;
  std::size_t youngest_admitted_ = 0;  ///< task
};

}  // namespace espalier::engine
