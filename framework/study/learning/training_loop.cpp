#include "study/learning/training_loop.hpp"

#include <cmath>
#include <cstdio>
#include <espalier/runtime.hpp>
#include <utility>

#include "study/learning/schedule.hpp"
#include "study/table.hpp"

namespace espalier::study {
namespace {

namespace fs = std::filesystem;

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

}  // namespace

TrainingLoop::TrainingLoop(TrainingTask& task, const FitParams& fit, fs::path workspace, std::function<bool()> stopping)
    : task_(task), fit_(fit), workspace_(std::move(workspace)), stopping_(std::move(stopping)) {
  fs::create_directories(workspace_);
  restore();
}

bool TrainingLoop::run() {
  const auto resumed = reported_ = Clock::now();
  seconds_before_ = progress_.seconds;
  auto saved = Clock::now();
  while (!is_done() && !out_of_patience()) {
    const double scale =
        learning_scale(share_done(), fit_.warmup, fit_.decay == FitParams::Decay::constant ? 1.0 : fit_.final_rate);
    const auto [loss, tokens] = task_.step(share_done(), scale);
    ++progress_.step;
    progress_.tokens += tokens;
    progress_.seconds = seconds_before_ + seconds_since(resumed);
    if (progress_.step % fit_.evaluate_every == 0 || is_done()) evaluate(loss, scale);
    report(loss);
    const bool stopping = stopping_();
    if (stopping || seconds_since(saved) > fit_.save_seconds) {
      save();
      saved = Clock::now();
    }
    if (stopping && !is_done()) return false;
  }
  save();
  return true;
}

double TrainingLoop::share_done() const {
  if (fit_.steps > 0) return static_cast<double>(progress_.step) / fit_.steps;
  return progress_.seconds / (60.0 * fit_.minutes);
}

bool TrainingLoop::is_done() const { return share_done() >= 1.0; }

bool TrainingLoop::out_of_patience() const {
  if (fit_.patience == 0 || progress_.curve.empty()) return false;
  return progress_.step - progress_.best_step >= fit_.patience * fit_.evaluate_every;
}

void TrainingLoop::evaluate(double train_loss, double scale) {
  Json row = {{"step", progress_.step},
              {"tokens", progress_.tokens},
              {"seconds", progress_.seconds},
              {"rate", scale},
              {"train_loss", train_loss}};
  row.update(task_.evaluate());
  const double figure = row.at(task_.criterion());
  progress_.curve.push_back(std::move(row));
  const bool better = task_.higher_is_better() ? figure > progress_.best : figure < progress_.best;
  if (progress_.best_step >= 0 && !better) return;
  const fs::path written = workspace_ / "best.tmp";
  fs::remove_all(written);
  fs::create_directories(written);
  task_.save_checkpoint(written);
  fs::remove_all(best());
  fs::rename(written, best());
  progress_.best = figure;
  progress_.best_step = progress_.step;
}

void TrainingLoop::save() {
  const std::string weights = "trainer-" + std::to_string(progress_.step) + ".safetensors";
  task_.save_state(workspace_ / weights);
  const Json state = {{"trainer", weights},
                      {"step", progress_.step},
                      {"tokens", progress_.tokens},
                      {"seconds", progress_.seconds},
                      {"place", task_.place()},
                      {"best", progress_.best},
                      {"best_step", progress_.best_step},
                      {"curve", progress_.curve}};
  // The state names its weights and replaces the older state in one step; only then are older weights taken away.
  write_json(workspace_ / "state.json", state);
  for (const auto& entry : fs::directory_iterator(workspace_)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("trainer-") && name != weights) fs::remove_all(entry.path());
  }
}

void TrainingLoop::restore() {
  if (!fs::exists(workspace_ / "state.json")) return;
  const Json state = read_json(workspace_ / "state.json");
  task_.restore_state(workspace_ / state.at("trainer").get<std::string>());
  task_.go_to(state.at("place"));
  progress_.step = state.at("step");
  progress_.tokens = state.at("tokens");
  progress_.seconds = state.at("seconds");
  progress_.best = state.at("best");
  progress_.best_step = state.at("best_step");
  for (const auto& row : state.at("curve")) progress_.curve.push_back(row);
  log(LogLevel::info, "the fit goes on from step " + std::to_string(progress_.step));
}

void TrainingLoop::report(double train_loss) {
  if (Clock::now() - reported_ < line_.interval()) return;
  reported_ = Clock::now();
  const double share = share_done();
  std::string line = "fit: step " + std::to_string(progress_.step);
  if (fit_.steps > 0) line += "/" + std::to_string(fit_.steps);
  char numbers[160];
  std::snprintf(numbers, sizeof numbers, ", loss %.4f", train_loss);
  line += numbers;
  if (!progress_.curve.empty()) {
    std::snprintf(numbers, sizeof numbers, ", %s %.4f (best %.4f)", task_.criterion().c_str(),
                  progress_.curve.back().at(task_.criterion()).get<double>(), progress_.best);
    line += numbers;
  }
  line += ", " + compact(std::round(static_cast<double>(progress_.tokens) / progress_.seconds)) + " tokens/s, " +
          duration(progress_.seconds / share * (1.0 - share)) + " left";
  line_.show(line);
}

const Json& TrainingLoop::best_figures() const {
  for (const auto& row : progress_.curve) {
    if (row.at("step") == progress_.best_step) return row;
  }
  throw std::logic_error("a training without any evaluation has no best one");
}

Json TrainingLoop::summary() const {
  return {{"steps", progress_.step},
          {"tokens", progress_.tokens},
          {"seconds", progress_.seconds},
          {"best_step", progress_.best_step},
          {task_.criterion(), progress_.best}};
}

std::string TrainingLoop::curve() const {
  std::string text;
  for (const auto& row : progress_.curve) {
    std::string line;
    std::string header;
    for (const auto& [name, value] : row.items()) {
      header += (header.empty() ? "" : ",") + name;
      line += (line.empty() ? "" : ",") + to_text(value);
    }
    if (text.empty()) text = header + "\n";
    text += line + "\n";
  }
  return text;
}

}  // namespace espalier::study
