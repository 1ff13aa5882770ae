#include "study/run/stop_signals.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "engine/engine.hpp"

namespace espalier::study {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

std::atomic<engine::Engine*> stopped_engine{nullptr};

volatile std::sig_atomic_t requested = 0;

constexpr char kMessage[] = "\nstopping after the running calls; once more to stop at once\n";

// Only what is safe in a signal handler: an atomic, `write`, and resetting the signal.
void on_signal(int signal) {
  requested = 1;
  if (engine::Engine* engine = stopped_engine.load()) engine->request_stop();
  static_cast<void>(!::write(STDERR_FILENO, kMessage, sizeof kMessage - 1));
  std::signal(signal, SIG_DFL);
}

}  // namespace

StopSignals::StopSignals(engine::Engine& engine) {
  stopped_engine = &engine;
  for (const int signal : kSignals) {
    // One that is ignored from the begin, as nohup does, stays so.
    if (std::signal(signal, on_signal) == SIG_IGN) std::signal(signal, SIG_IGN);
  }
}

StopSignals::~StopSignals() {
  for (const int signal : kSignals) {
    if (std::signal(signal, SIG_DFL) == SIG_IGN) std::signal(signal, SIG_IGN);
  }
  stopped_engine = nullptr;
}

bool stop_was_requested() { return requested != 0; }

}  // namespace espalier::study
