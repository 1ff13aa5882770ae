#include "study/run/crash_signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>

#include "engine/activity_page.hpp"

namespace espalier::study {
namespace {

constexpr std::size_t kStackBytes = 64 << 10;
constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

std::atomic<engine::ActivityPage*> kept_activity{nullptr};

const char* explained(int signal) {
  switch (signal) {
    case SIGSEGV:
      return ": crashed (SIGSEGV: an invalid memory access, or a stack that is too small)";
    case SIGBUS:
      return ": crashed (SIGBUS: an invalid memory access)";
    case SIGFPE:
      return ": crashed (SIGFPE: a division by zero)";
    case SIGILL:
      return ": crashed (SIGILL: an instruction that this processor does not have)";
    default:
      return ": crashed (SIGABRT: std::abort, or an exception that nobody caught)";
  }
}

/// Writes who brings the process down. Only what is safe in a signal handler.
void accuse(const engine::ActivityPage& activity, const char* how) {
  std::array<char, 2048> text;
  std::size_t length = 0;
  const auto add = [&](const char* part) {
    const std::size_t fits = std::min(std::strlen(part), text.size() - length);
    std::memcpy(text.data() + length, part, fits);
    length += fits;
  };
  add("\n");
  length += activity.describe(text.data() + length, text.size() / 2);
  add(how);
  add("; finished calls are kept, and the same command goes on from there\n");
  static_cast<void>(!::write(STDERR_FILENO, text.data(), length));
}

void on_crash(int signal) {
  if (engine::ActivityPage* activity = kept_activity.exchange(nullptr)) {
    activity->ends(engine::ProcessEnd{static_cast<std::uint32_t>(signal)});
    accuse(*activity, explained(signal));
  }
  ::signal(signal, SIG_DFL);
  ::raise(signal);  // comes when the handler returns
}

void on_exit() {
  if (engine::ActivityPage* activity = kept_activity.exchange(nullptr)) {
    activity->ends(engine::ProcessEnd::exited);
    accuse(*activity, ": ended the process (std::exit)");
    ::_exit(1);
  }
}

/// std::exit destroys the calling thread's objects, newest first, before it calls anybody: among them the scheduler of
/// fibers, which cannot be destroyed by one of its own. This one comes before it.
struct DestroyedFirst {
  ~DestroyedFirst() { on_exit(); }
  void be_there() {}
};

/// Sets the handler where the signal has none, and the default where it has that handler.
void handle(int signal, bool on) {
  struct sigaction now {};
  if (::sigaction(signal, nullptr, &now) != 0) return;
  if (on ? now.sa_handler != SIG_DFL : now.sa_handler != on_crash) return;
  struct sigaction wanted {};
  wanted.sa_handler = on ? on_crash : SIG_DFL;
  wanted.sa_flags = SA_ONSTACK;
  ::sigaction(signal, &wanted, nullptr);
}

}  // namespace

CrashSignals::CrashSignals(engine::ActivityPage& activity) {
  [[maybe_unused]] static const bool registered = std::atexit(on_exit) == 0 && std::at_quick_exit(on_exit) == 0;
  thread_local DestroyedFirst destroyed_first;
  destroyed_first.be_there();
  kept_activity = &activity;
  stack_t present{};
  if (::sigaltstack(nullptr, &present) == 0 && (present.ss_flags & SS_DISABLE) != 0) {
    stack_ = std::make_unique<char[]>(kStackBytes);
    const stack_t stack{.ss_sp = stack_.get(), .ss_flags = 0, .ss_size = kStackBytes};
    ::sigaltstack(&stack, nullptr);
  }
  for (const int signal : kSignals) handle(signal, true);
}

CrashSignals::~CrashSignals() {
  for (const int signal : kSignals) handle(signal, false);
  const stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  if (stack_) ::sigaltstack(&none, nullptr);
  kept_activity = nullptr;
}

}  // namespace espalier::study
