#include "study/learning/training_loop.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <espalier/runtime.hpp>
#include <utility>

#include "study/learning/schedule.hpp"
#include "study/tables/summary_legends.hpp"
#include "study/tables/table.hpp"

namespace espalier::study {
namespace {

namespace fs = std::filesystem;

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

bool all_finite(const Json& figures) {
  return std::ranges::all_of(
      figures, [](const Json& figure) { return !figure.is_number_float() || std::isfinite(figure.get<double>()); });
}

/// A figure as it stands in a row of the curve; nothing: it could not be told.
std::optional<double> figure_in(const Json& row, const std::string& name) {
  const Json& figure = row.at(name);
  return figure.is_null() ? std::nullopt : std::optional(figure.get<double>());
}

Json json_of(std::optional<double> figure) { return figure ? Json(*figure) : Json(); }

}  // namespace

TrainingLoop::TrainingLoop(TrainingTask& task, const FitParams& fit, std::string stage, fs::path workspace,
                           std::function<bool()> stopping)
    : task_(task),
      fit_(fit),
      stage_(std::move(stage)),
      workspace_(std::move(workspace)),
      stopping_(std::move(stopping)) {
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
    const bool due = progress_.step % fit_.evaluate_every == 0 || is_done();
    if (!std::isfinite(loss) || (due && !evaluate(loss, scale))) {
      diverge(scale);
      return true;
    }
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

bool TrainingLoop::evaluate(double train_loss, double scale) {
  Json row = {{"step", progress_.step},
              {"tokens", progress_.tokens},
              {"seconds", progress_.seconds},
              {"rate", scale},
              {"train_loss", train_loss}};
  row.update(task_.evaluate());
  if (!all_finite(row)) return false;
  const auto figure = figure_in(row, task_.criterion());
  if (!figure && progress_.curve.empty())
    log(LogLevel::warning, stage_ + ": " + task_.criterion() +
                               " cannot be told on what is held out, so that the last " +
                               "weights are kept; hold out more, or choose them by another figure");
  progress_.curve.push_back(std::move(row));
  const auto& best = progress_.best;
  if (progress_.best_step < 0 || !best || (figure && (task_.higher_is_better() ? *figure > *best : *figure < *best))) {
    progress_.best = figure;
    progress_.best_step = progress_.step;
    keep_best();
  }
  return true;
}

void TrainingLoop::keep_best() {
  const fs::path written = workspace_ / "best.tmp";
  fs::remove_all(written);
  fs::create_directories(written);
  task_.save_checkpoint(written);
  fs::remove_all(best());
  fs::rename(written, best());
  drop_older_best();
}

void TrainingLoop::drop_older_best() {
  for (const auto& entry : fs::directory_iterator(workspace_)) {
    const bool kept = entry.path() == best() || entry.path() == best_of(saved_best_step_);
    if (!kept && entry.path().filename().string().starts_with("best-")) fs::remove_all(entry.path());
  }
}

void TrainingLoop::diverge(double scale) {
  const OptimiserSpec rates = fit_.optimiser.spec();
  char rate[80];
  std::snprintf(rate, sizeof rate, "learning_rate %g", scale * rates.learning_rate);
  std::string what = "lets the training diverge: at step " + std::to_string(progress_.step) + ", " + rate;
  if (rates.method == OptimiserSpec::Method::muon) {
    std::snprintf(rate, sizeof rate, " and matrix_learning_rate %g", scale * rates.matrix_learning_rate);
    what += rate;
  }
  what += ", the loss or a held-out figure is not finite";
  if (progress_.best_step < 0) throw TrainingDiverged(what + "; choose lower rates");
  diverged_step_ = progress_.step;
  log(LogLevel::warning, stage_ + ".optimiser " + what + "; the best weights before it are kept, of step " +
                             std::to_string(progress_.best_step));
}

void TrainingLoop::save() {
  const std::string weights = "trainer-" + std::to_string(progress_.step) + ".safetensors";
  task_.save_state(workspace_ / weights);
  const Json state = {{"trainer", weights},
                      {"step", progress_.step},
                      {"tokens", progress_.tokens},
                      {"seconds", progress_.seconds},
                      {"place", task_.place()},
                      {"best", json_of(progress_.best)},
                      {"best_step", progress_.best_step},
                      {"curve", progress_.curve}};
  // The state names its weights and replaces the older state in one step; only then are older weights taken away.
  write_json(workspace_ / "state.json", state);
  saved_best_step_ = progress_.best_step;
  drop_older_best();
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
  progress_.best = figure_in(state, "best");
  progress_.best_step = saved_best_step_ = state.at("best_step");
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
    const auto figure = figure_in(progress_.curve.back(), task_.criterion());
    if (figure && progress_.best) {
      std::snprintf(numbers, sizeof numbers, ", %s %.4f (best %.4f)", task_.criterion().c_str(), *figure,
                    *progress_.best);
      line += numbers;
    }
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
  Json figures = object<kTraining>({{"steps", progress_.step},
                                    {"tokens", progress_.tokens},
                                    {"seconds", progress_.seconds},
                                    {"best_step", progress_.best_step}});
  figures[task_.criterion()] = json_of(progress_.best);
  if (diverged_step_) field<kTraining>(figures, "diverged_step") = *diverged_step_;
  return figures;
}

std::string TrainingLoop::curve() const {
  std::string text;
  for (const auto& row : progress_.curve) {
    std::string line;
    std::string header;
    for (const auto& [name, value] : row.items()) {
      header += (header.empty() ? "" : ",") + name;
      line += (line.empty() ? "" : ",") + (value.is_null() ? "" : to_text(value));
    }
    if (text.empty()) text = header + "\n";
    text += line + "\n";
  }
  return text;
}

}  // namespace espalier::study
