#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <espalier/runtime.hpp>
#include <vector>

#include "study/statistics.hpp"
#include "study/table.hpp"

namespace espalier::study {
namespace {

using namespace std::chrono_literals;

constexpr const char* kEraseLine = "\r\033[2K";

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

}  // namespace

std::string progress_line(const ProgressState& state) {
  std::string line = state.label + ": " + std::to_string(state.done) + "/" + std::to_string(state.total);
  if (state.done == 0) return line;
  std::vector<double> scores(state.done, 0.0);
  std::fill_n(scores.begin(), state.correct, 1.0);
  const Interval interval = accuracy_interval(scores);
  line += ", " + percent(mean(scores)) + " % (" + percent(interval.low) + " .. " + percent(interval.high) + ")";
  if (state.seconds <= 0.0) return line;
  if (state.tokens > 0)
    line += ", " + compact(std::round(static_cast<double>(state.tokens) / state.seconds)) + " tokens/s";
  if (state.done < state.total) {
    const double each = state.seconds / static_cast<double>(state.done);
    line += ", " + duration(each * static_cast<double>(state.total - state.done)) + " left";
  }
  return line;
}

LiveLine::LiveLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

LiveLine::~LiveLine() {
  if (terminal_) std::fputs(kEraseLine, stderr);
}

std::chrono::milliseconds LiveLine::interval() const { return terminal_ ? 200ms : 30'000ms; }

void LiveLine::show(const std::string& line) {
  if (terminal_) {
    std::fputs((kEraseLine + shortened(line, 118)).c_str(), stderr);
    std::fflush(stderr);
  } else {
    std::fputs((line + "\n").c_str(), stderr);
    log(LogLevel::info, line);
  }
}

ProgressMeter::ProgressMeter(std::string label, std::size_t total) {
  state_.label = std::move(label);
  state_.total = total;
  printer_ = std::thread([this] { run(); });
}

ProgressMeter::~ProgressMeter() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopping_.notify_one();
  printer_.join();
}

void ProgressMeter::finished(bool correct, std::int64_t generated_tokens) {
  const std::lock_guard lock(mutex_);
  ++state_.done;
  state_.correct += correct;
  state_.tokens += generated_tokens;
}

void ProgressMeter::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_.wait_for(lock, line_.interval(), [this] { return stop_; })) {
    ProgressState now = state_;
    now.seconds = seconds_since(begun_);
    lock.unlock();
    line_.show(progress_line(now));
    lock.lock();
  }
}

}  // namespace espalier::study
