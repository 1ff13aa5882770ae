#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <espalier/runtime.hpp>
#include <vector>

#include "host/printable.hpp"
#include "study/statistics.hpp"
#include "study/table.hpp"

namespace espalier::study {
namespace {

using namespace std::chrono_literals;

constexpr const char* kEraseLine = "\r\033[2K";

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

/// Seconds until all calls are there, or nothing while there is no basis for saying so.
std::optional<double> seconds_left(const ProgressState& state) {
  const double each = state.done > 0 ? static_cast<double>(state.calls_of_done) / static_cast<double>(state.done)
                                     : state.foretold.value_or(0.0);
  const double expected = each * static_cast<double>(state.total);
  const auto made = static_cast<double>(state.drawn + state.replayed);
  if (state.drawn == 0 || made < 0.05 * expected || made >= expected) return std::nullopt;
  return (expected - made) * state.seconds / static_cast<double>(state.drawn);
}

}  // namespace

std::string progress_line(const ProgressState& state) {
  std::string line = state.label + ": " + std::to_string(state.done) + "/" + std::to_string(state.total);
  if (state.done > 0) {
    std::vector<double> scores(state.done, 0.0);
    std::fill_n(scores.begin(), state.correct, 1.0);
    const Interval interval = accuracy_interval(scores);
    line += ", " + percent(mean(scores)) + " % (" + percent(interval.low) + " .. " + percent(interval.high) + ")";
  }
  if (state.tokens > 0 && state.seconds > 0.0)
    line += ", " + compact(std::round(static_cast<double>(state.tokens) / state.seconds)) + " tokens/s";
  if (const auto left = seconds_left(state)) line += ", about " + duration(*left) + " left";
  return line;
}

LiveLine::LiveLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

LiveLine::~LiveLine() {
  if (terminal_) std::fputs(kEraseLine, stderr);
}

std::chrono::milliseconds LiveLine::interval() const { return terminal_ ? 200ms : 30'000ms; }

void LiveLine::show(const std::string& line) {
  if (terminal_) {
    std::fputs((kEraseLine + shortened(host::printable_line(line), 118)).c_str(), stderr);
    std::fflush(stderr);
  } else {
    std::fputs((host::printable_line(line) + "\n").c_str(), stderr);
    log(LogLevel::info, line);
  }
}

ProgressMeter::ProgressMeter(std::string label, std::size_t total, std::optional<double> foretold) {
  state_.label = std::move(label);
  state_.total = total;
  state_.foretold = foretold;
  printer_ = std::thread([this] { run(); });
}

ProgressMeter::~ProgressMeter() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopping_.notify_one();
  printer_.join();
  log(LogLevel::info, progress_line(now()));
}

void ProgressMeter::finished(bool correct, std::int64_t generated_tokens, std::int64_t calls) {
  const std::lock_guard lock(mutex_);
  ++state_.done;
  state_.correct += correct;
  state_.tokens += generated_tokens;
  state_.calls_of_done += calls;
}

ProgressState ProgressMeter::now() const {
  ProgressState state = state_;
  state.seconds = seconds_since(begun_);
  state.drawn = tally_.drawn;
  state.replayed = tally_.replayed;
  return state;
}

void ProgressMeter::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_.wait_for(lock, line_.interval(), [this] { return stop_; })) {
    const std::string line = progress_line(now());
    lock.unlock();
    line_.show(line);
    lock.lock();
  }
}

}  // namespace espalier::study
