#pragma once

#include <cstddef>
#include <deque>
#include <espalier/language_model.hpp>
#include <map>
#include <vector>

#include "engine/engine.hpp"
#include "engine/strands.hpp"

namespace espalier::engine {

/// Work that one strand waits for; lives on its stack.
struct Pending {
  Strands::Strand* strand = nullptr;
  Work work;
  Deposit deposit;
  Finished finished;
  Ticket ticket = 0;  ///< 0: not offered to the backend so far
  bool abandoned = false;
};

/// The way to each backend: work waits in the order in which it was asked for, is admitted while the backend takes it,
/// and leaves when a step finishes it.
class Lanes {
 public:
  void enter(Backend& backend, Pending& pending);
  /// Admits what fits, steps every backend that has work, and returns what finished, oldest first. Backends that break
  /// their contract (throw from step, finish work they were not given, refuse work while idle) fail the work they hold.
  std::vector<Pending*> turn();
  /// Takes all work back from the backends and returns it.
  std::vector<Pending*> abandon();
  bool idle() const;

 private:
  struct Lane {
    Backend* backend;
    std::deque<Pending*> waiting;
    std::map<Ticket, Pending*> running;
  };

  void admit(Lane& lane, std::vector<Pending*>& done);
  void step(Lane& lane, std::vector<Pending*>& done);

  std::vector<Lane> lanes_;  ///< a handful, in order of first use
  Ticket last_ticket_ = 0;
};

}  // namespace espalier::engine
