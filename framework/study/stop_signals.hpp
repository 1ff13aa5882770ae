#pragma once

namespace espalier::engine {
class Engine;
}

namespace espalier::study {

/// While it lives, the first SIGINT or SIGTERM asks `engine` to stop cleanly; the second ends the process at once, as
/// such a signal usually does. One at a time.
class StopSignals {
 public:
  explicit StopSignals(engine::Engine& engine);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
};

/// Whether a signal asked this process to stop.
bool stop_was_requested();

}  // namespace espalier::study
