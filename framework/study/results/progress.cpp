#include "study/results/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <espalier/runtime.hpp>
#include <vector>

#include "host/printable.hpp"
#include "study/results/statistics.hpp"
#include "study/tables/table.hpp"

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
                                     : state.forecast.value_or(0.0);
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
    const Interval interval = accuracy_interval(scores, 1.0);
    line += ", " + percent(mean(scores)) + " % (" + percent(interval.low) + " .. " + percent(interval.high) + ")";
  }
  if (state.tokens > 0 && state.seconds > 0.0)
    line += ", " + compact(std::round(static_cast<double>(state.tokens) / state.seconds)) + " tokens/s";
  if (const auto left = seconds_left(state)) line += ", about " + duration(*left) + " left";
  return line;
}

StatusLine::StatusLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

StatusLine::~StatusLine() {
  if (terminal_) std::fputs(kEraseLine, stderr);
}

std::chrono::milliseconds StatusLine::interval() const { return terminal_ ? 200ms : 30'000ms; }

void StatusLine::show(const std::string& line) {
  if (terminal_) {
    std::fputs((kEraseLine + shortened(host::printable_line(line), 118)).c_str(), stderr);
    std::fflush(stderr);
  } else {
    std::fputs((host::printable_line(line) + "\n").c_str(), stderr);
    log(LogLevel::info, line);
  }
}

ProgressMeter::ProgressMeter() : printer_([this] { print(); }) {}

ProgressMeter::~ProgressMeter() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopping_.notify_one();
  printer_.join();
  for (const Run& run : runs_) {
    if (run.begun && run.state.done < run.state.total) log(LogLevel::info, progress_line(now(run)));
  }
}

std::size_t ProgressMeter::add(std::string label, std::size_t total, std::optional<double> forecast) {
  const std::lock_guard lock(mutex_);
  Run& run = runs_.emplace_back();
  run.state.label = std::move(label);
  run.state.total = total;
  run.state.forecast = forecast;
  return runs_.size() - 1;
}

engine::CallTally& ProgressMeter::tally(std::size_t run) {
  const std::lock_guard lock(mutex_);
  return runs_.at(run).tally;
}

void ProgressMeter::begun(std::size_t run) {
  const std::lock_guard lock(mutex_);
  if (!runs_.at(run).begun) runs_.at(run).begun = std::chrono::steady_clock::now();
}

void ProgressMeter::finished(std::size_t number, bool correct, std::int64_t generated_tokens, std::int64_t calls) {
  const std::lock_guard lock(mutex_);
  Run& run = runs_.at(number);
  run.state.correct += correct;
  run.state.tokens += generated_tokens;
  run.state.calls_of_done += calls;
  if (++run.state.done == run.state.total) log(LogLevel::info, progress_line(now(run)));
}

ProgressState ProgressMeter::now(const Run& run) {
  ProgressState state = run.state;
  if (run.begun) state.seconds = seconds_since(*run.begun);
  state.drawn = run.tally.drawn;
  state.replayed = run.tally.replayed;
  return state;
}

void ProgressMeter::print() {
  std::unique_lock lock(mutex_);
  while (!stopping_.wait_for(lock, line_.interval(), [this] { return stop_; })) {
    const auto run = std::ranges::find_if(runs_, [](const Run& one) { return one.state.done < one.state.total; });
    if (run == runs_.end()) continue;
    const std::string line = progress_line(now(*run));
    lock.unlock();
    line_.show(line);
    lock.lock();
  }
}

}  // namespace espalier::study
