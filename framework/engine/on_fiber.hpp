#pragma once

#include "engine/engine.hpp"

namespace espalier::engine {

class Receipt;

/// What every fiber of the engine has while it runs: the scheduler, the activity page, its task and its receipt.
class Engine::OnFiber {
 public:
  OnFiber(Engine& engine, OpenTask* task, Receipt* receipt, Activity where);
  ~OnFiber();
  OnFiber(const OnFiber&) = delete;
  OnFiber& operator=(const OnFiber&) = delete;

 private:
  Scheduler* const scheduler_;
  ActivityPage* const activity_;
};

}  // namespace espalier::engine
