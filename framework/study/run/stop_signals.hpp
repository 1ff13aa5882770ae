#pragma once

namespace espalier::engine {
class Engine;
}

namespace espalier::study {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP (the terminal is gone) asks `engine` to stop cleanly, which its
/// watchdog sees to where a plugin does not come back; the second of a kind ends the process at once, as such a signal
/// usually does. Signals that were ignored stay so. One at a time.
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
