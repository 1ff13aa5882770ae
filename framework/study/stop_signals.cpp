#include "stop_signals.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "engine/engine.hpp"

namespace espalier::study {
namespace {

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
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

StopSignals::~StopSignals() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  stopped_engine = nullptr;
}

bool stop_was_requested() { return requested != 0; }

}  // namespace espalier::study
