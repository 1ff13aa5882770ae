#include "supervised.hpp"

#include <cmath>
#include <cstdio>
#include <espalier/runtime.hpp>

#include "study/schedule.hpp"
#include "study/table.hpp"

namespace espalier::study {
namespace {

namespace fs = std::filesystem;

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

}  // namespace

SupervisedTraining::SupervisedTraining(const SupervisedJob& job) : job_(job) {
  trainer_ = job_.trunk->train(nullptr, job_.params.optimiser.spec());
  for (const auto& item : job_.held_out) {
    for (const auto& lesson : job_.dialogues.about(item, 0)) {
      held_out_[lesson.role].push_back(make_reading(*job_.trunk, lesson, false));
    }
  }
  fs::create_directories(job_.workspace);
  restore();
}

bool SupervisedTraining::run() {
  LessonStream stream(job_.dialogues, job_.items, job_.key.child("stream"), progress_.position);
  resumed_ = reported_ = Clock::now();
  seconds_before_ = progress_.seconds;
  auto saved = Clock::now();
  double train_loss = 0.0;
  double scale = 0.0;
  while (!is_done()) {
    scale = learning_scale(share_done(), job_.params.warmup, job_.params.final_rate);
    train_loss = train_one_step(stream, scale);
    progress_.position = stream.position();
    progress_.seconds = seconds_before_ + seconds_since(resumed_);
    if (progress_.step % job_.params.evaluate_every == 0 || is_done()) evaluate(train_loss, scale);
    report(train_loss);
    const bool stopping = job_.stopping();
    if (stopping || seconds_since(saved) > job_.params.save_seconds) {
      save();
      saved = Clock::now();
    }
    if (stopping && !is_done()) return false;
  }
  save();
  return true;
}

double SupervisedTraining::share_done() const {
  if (job_.params.steps > 0) return static_cast<double>(progress_.step) / job_.params.steps;
  return progress_.seconds / (60.0 * job_.params.minutes);
}

bool SupervisedTraining::is_done() const { return share_done() >= 1.0; }

double SupervisedTraining::train_one_step(LessonStream& stream, double scale) {
  const bool with_prompt = share_done() < job_.params.input_loss_until;
  std::vector<Reading> batch;
  std::size_t tokens = 0;
  while (tokens < static_cast<std::size_t>(job_.params.batch_tokens)) {
    batch.push_back(make_reading(*job_.trunk, stream.next(), with_prompt));
    tokens += batch.back().tokens.size();
  }
  const double loss = trainer_->accumulate_language(batch);
  trainer_->step(scale);
  ++progress_.step;
  progress_.tokens += static_cast<std::int64_t>(tokens);
  return loss;
}

double SupervisedTraining::held_out_loss(std::map<std::string, double>& by_role) {
  double sum = 0.0;
  double count = 0.0;
  for (const auto& [role, readings] : held_out_) {
    double role_sum = 0.0;
    double role_count = 0.0;
    std::vector<Reading> batch;
    std::size_t tokens = 0;
    const auto read = [&] {
      double targets = 0.0;
      for (const auto& reading : batch) targets += static_cast<double>(reading.at.size());
      role_sum += trainer_->evaluate_language(batch) * targets;
      role_count += targets;
      batch.clear();
      tokens = 0;
    };
    for (const auto& reading : readings) {
      batch.push_back(reading);
      tokens += reading.tokens.size();
      if (tokens >= static_cast<std::size_t>(job_.params.batch_tokens)) read();
    }
    if (!batch.empty()) read();
    by_role[role] = role_sum / role_count;
    sum += role_sum;
    count += role_count;
  }
  return sum / count;
}

void SupervisedTraining::evaluate(double train_loss, double scale) {
  std::map<std::string, double> by_role;
  const double loss = held_out_loss(by_role);
  Json row = {{"step", progress_.step}, {"tokens", progress_.tokens}, {"seconds", progress_.seconds},
              {"rate", scale},          {"train_loss", train_loss},   {"held_out_loss", loss}};
  for (const auto& [role, role_loss] : by_role) row["held_out_loss_" + role] = role_loss;
  progress_.curve.push_back(std::move(row));
  if (progress_.best_step < 0 || loss < progress_.best_loss) {
    const fs::path written = job_.workspace / "best.tmp";
    fs::remove_all(written);
    fs::create_directories(written);
    job_.trunk->save(written);
    fs::remove_all(best());
    fs::rename(written, best());
    progress_.best_loss = loss;
    progress_.best_step = progress_.step;
  }
}

void SupervisedTraining::save() {
  const std::string weights = "trainer-" + std::to_string(progress_.step) + ".safetensors";
  trainer_->save(job_.workspace / weights);
  const Json state = {{"trainer", weights},
                      {"step", progress_.step},
                      {"tokens", progress_.tokens},
                      {"seconds", progress_.seconds},
                      {"round", progress_.position.round},
                      {"block", progress_.position.block},
                      {"lesson", progress_.position.lesson},
                      {"best_loss", progress_.best_loss},
                      {"best_step", progress_.best_step},
                      {"curve", progress_.curve}};
  // The state names its weights and replaces the older state in one step; only then are older weights taken away.
  write_json(job_.workspace / "state.json", state);
  for (const auto& entry : fs::directory_iterator(job_.workspace)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("trainer-") && name != weights) fs::remove_all(entry.path());
  }
}

void SupervisedTraining::restore() {
  if (!fs::exists(job_.workspace / "state.json")) return;
  const Json state = read_json(job_.workspace / "state.json");
  trainer_->restore(job_.workspace / state.at("trainer").get<std::string>());
  progress_.step = state.at("step");
  progress_.tokens = state.at("tokens");
  progress_.seconds = state.at("seconds");
  progress_.position = {state.at("round"), state.at("block"), state.at("lesson")};
  progress_.best_loss = state.at("best_loss");
  progress_.best_step = state.at("best_step");
  for (const auto& row : state.at("curve")) progress_.curve.push_back(row);
  log(LogLevel::info, "the fit goes on from step " + std::to_string(progress_.step));
}

void SupervisedTraining::report(double train_loss) {
  if (Clock::now() - reported_ < line_.interval()) return;
  reported_ = Clock::now();
  const double share = share_done();
  std::string line = "fit: step " + std::to_string(progress_.step);
  if (job_.params.steps > 0) line += "/" + std::to_string(job_.params.steps);
  char numbers[128];
  std::snprintf(numbers, sizeof numbers, ", loss %.4f", train_loss);
  line += numbers;
  if (!progress_.curve.empty()) {
    std::snprintf(numbers, sizeof numbers, ", held out %.4f (best %.4f)",
                  progress_.curve.back().at("held_out_loss").get<double>(), progress_.best_loss);
    line += numbers;
  }
  line += ", " + compact(std::round(static_cast<double>(progress_.tokens) / progress_.seconds)) + " tokens/s, " +
          duration(progress_.seconds / share * (1.0 - share)) + " left";
  line_.show(line);
}

Json SupervisedTraining::summary() const {
  Json json = {{"steps", progress_.step},          {"tokens", progress_.tokens},
               {"seconds", progress_.seconds},     {"parameters", job_.trunk->parameters()},
               {"best_step", progress_.best_step}, {"held_out_loss", progress_.best_loss}};
  for (const auto& row : progress_.curve) {
    if (row.at("step") != progress_.best_step) continue;
    for (const auto& [name, value] : row.items()) {
      if (name.starts_with("held_out_loss_")) json["held_out_loss_by_role"][name.substr(14)] = value;
    }
  }
  return json;
}

std::string SupervisedTraining::curve() const {
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
