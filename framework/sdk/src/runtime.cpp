#include <espalier/runtime.hpp>
#include <exception>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace espalier {
namespace {

thread_local Scheduler* installed = nullptr;

struct LogSink {
  std::mutex mutex;
  std::function<void(LogLevel, std::string_view)> write;
};

LogSink& log_sink() {
  static LogSink sink;
  return sink;
}

/// Steps a backend until the one piece of work given to it is finished.
Finished run_here(Backend& backend, const Work& work) {
  constexpr Ticket ticket = 1;
  if (!backend.admit(ticket, work)) throw std::logic_error("an idle language model refused work");
  std::vector<Finished> finished;
  for (;;) {
    backend.step(finished);
    if (!finished.empty()) break;
    static_cast<void>(backend.wait(std::chrono::seconds(1)));
  }
  return std::move(finished.front());
}

}  // namespace

Scheduler* exchange_scheduler(Scheduler* scheduler) { return std::exchange(installed, scheduler); }
Scheduler* current_scheduler() { return installed; }

Finished await(Backend& backend, Work work) {
  Finished finished = installed ? installed->await(backend, std::move(work)) : run_here(backend, work);
  if (const auto* error = std::get_if<std::exception_ptr>(&finished.result)) std::rethrow_exception(*error);
  return finished;
}

void offload(const std::function<void()>& blocking) {
  if (installed) {
    installed->offload(blocking);
  } else {
    blocking();
  }
}

void together(std::span<const std::function<void()>> tasks) {
  if (installed && tasks.size() > 1) {
    installed->together(tasks);
  } else {
    for (const auto& task : tasks) task();
  }
}

Charge charged(const std::function<void()>& scoring) {
  if (installed) return installed->charged(scoring);
  scoring();
  return {};
}

void charge(const Charge& charge) {
  if (installed) installed->charge(charge);
}

void log(LogLevel level, std::string_view line) {
  LogSink& sink = log_sink();
  const std::lock_guard lock(sink.mutex);
  if (sink.write) {
    sink.write(level, line);
  } else if (level >= LogLevel::warning) {
    std::cerr << line << '\n';
  }
}

void set_log_sink(std::function<void(LogLevel, std::string_view)> sink) {
  LogSink& current = log_sink();
  const std::lock_guard lock(current.mutex);
  current.write = std::move(sink);
}

}  // namespace espalier
