#pragma once

#include <memory>

namespace espalier::engine {
class ActivityPage;
}

namespace espalier::study {

/// While it lives, what brings the process down (an invalid access, std::abort or std::terminate, a call of std::exit)
/// first says on standard error which plugin it was in and for which problem, by `activity`, and leaves that there. A
/// signal then ends the process as it usually does; a call of std::exit ends it with code 1. Signals for which somebody
/// else has a handler, as sanitizers do, are left to that. Made on the engine's thread after the engine, one at a time.
class CrashSignals {
 public:
  explicit CrashSignals(engine::ActivityPage& activity);
  ~CrashSignals();
  CrashSignals(const CrashSignals&) = delete;
  CrashSignals& operator=(const CrashSignals&) = delete;

 private:
  std::unique_ptr<char[]> stack_;  ///< for the handler, as an overflow leaves no other
};

}  // namespace espalier::study
