#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <espalier/language_model.hpp>
#include <exception>
#include <map>
#include <vector>

#include "engine/batch_limit.hpp"
#include "engine/engine.hpp"
#include "engine/running_note.hpp"
#include "engine/strands.hpp"

namespace espalier::engine {

/// Work that one strand waits for; lives on its stack.
struct Pending {
  Strands::Strand* strand = nullptr;
  Work work;
  Deposit deposit;
  Finished finished;
  const void* owner = nullptr;  ///< the task
  Whereabouts where;            ///< of the strand
  std::uint64_t number = 0;     ///< of all work that was ever asked for, in that order
  bool abandoned = false;
};

/// The way to each backend: work waits in the order in which it was asked for, is admitted while the backend takes it,
/// and leaves when a step finishes it.
///
/// When a step throws, what it finished before is kept, and the rest is taken back and offered again, half as much at
/// once (BatchLimit): only work that fails alone has failed. No result depends on what shares a batch with it.
class Lanes {
 public:
  void enter(Backend& backend, Pending& pending);
  /// Admits what fits, steps every backend that has work, and returns what finished, oldest first. Backends that break
  /// their contract otherwise (finish work they were not given, refuse work while idle) fail the work they hold.
  std::vector<Pending*> turn();
  /// Takes all work back from the backends and returns it.
  std::vector<Pending*> abandon();
  /// Takes back the work of one task and returns it.
  std::vector<Pending*> withdraw(const void* owner);
  bool idle() const;

 private:
  struct Lane {
    Backend* backend;
    std::deque<Pending*> waiting;
    std::map<Ticket, Pending*> running;
  };

  void admit(Lane& lane, std::vector<Pending*>& done);
  void step(Lane& lane, std::vector<Pending*>& done);
  void take_back(Lane& lane);
  void fail_running(Lane& lane, const std::exception_ptr& error, std::vector<Pending*>& done);

  std::vector<Lane> lanes_;                      ///< a handful, in order of first use
  std::map<const Backend*, BatchLimit> limits_;  ///< of backends that threw; they outlive the lanes
  Ticket last_ticket_ = 0;
  std::uint64_t entered_ = 0;
};

}  // namespace espalier::engine
