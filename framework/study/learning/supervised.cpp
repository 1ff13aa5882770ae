#include "study/learning/supervised.hpp"

#include <espalier/runtime.hpp>
#include <string_view>
#include <utility>

namespace espalier::study {
namespace {

constexpr std::string_view kRolePrefix = "held_out_loss_";

/// Sum of the losses of inputs' targets, and how many those are.
struct Loss {
  double sum = 0.0;
  double count = 0.0;
};

Loss loss_on(Trainer& trainer, const std::vector<ModelInput>& inputs, std::size_t batch_tokens) {
  Loss loss;
  std::vector<ModelInput> batch;
  std::size_t tokens = 0;
  const auto read = [&] {
    double targets = 0.0;
    for (const auto& input : batch) targets += static_cast<double>(input.at.size());
    loss.sum += trainer.evaluate_language(batch) * targets;
    loss.count += targets;
    batch.clear();
    tokens = 0;
  };
  for (const auto& input : inputs) {
    batch.push_back(input);
    tokens += input.tokens.size();
    if (tokens >= batch_tokens) read();
  }
  if (!batch.empty()) read();
  return loss;
}

}  // namespace

SupervisedTask::SupervisedTask(const SupervisedJob& job)
    : job_(job),
      trainer_(job_.base_model->train(nullptr, job_.params.optimiser.spec(), job_.params.gradient())),
      stream_(job_.training, job_.key.child("stream"), {}) {
  for (std::size_t subject = 0; subject < job_.held_out.size(); ++subject) {
    for (const auto& example : job_.held_out.about(subject, 0)) {
      if (auto input = input_of(example, false)) held_out_[example.role].push_back(std::move(*input));
    }
  }
  if (held_out_.empty())
    throw ExampleError("all held-out training examples are longer than the model's context of " +
                       std::to_string(job_.base_model->context()) + " tokens");
}

std::optional<ModelInput> SupervisedTask::input_of(const TrainingExample& example, bool with_prompt) {
  ModelInput input = make_input(*job_.base_model, example, with_prompt);
  if (std::ssize(input.tokens) <= job_.base_model->context()) return input;
  if (!std::exchange(warned_, true))
    log(LogLevel::warning, "training examples longer than the model's context of " +
                               std::to_string(job_.base_model->context()) + " tokens are left out, such as that of " +
                               example.role + " on problem " + example.problem + ": " +
                               std::to_string(input.tokens.size()));
  return std::nullopt;
}

ModelInput SupervisedTask::next_input(bool with_prompt) {
  const auto begun = stream_.position();
  for (;;) {
    if (auto input = input_of(stream_.next(), with_prompt)) return std::move(*input);
    if (stream_.position().round > begun.round + 1)  // a whole round was passed over
      throw ExampleError("all training examples are longer than the model's context of " +
                         std::to_string(job_.base_model->context()) + " tokens");
  }
}

TrainingTask::Step SupervisedTask::step(double done, double scale) {
  const bool with_prompt = done < job_.input_loss_until;
  std::vector<ModelInput> batch;
  std::size_t tokens = 0;
  const auto wanted =
      static_cast<std::size_t>(job_.params.batch_tokens) * static_cast<std::size_t>(job_.params.accumulate);
  while (tokens < wanted) {
    batch.push_back(next_input(with_prompt));
    tokens += batch.back().tokens.size();
  }
  const double loss = trainer_->accumulate_language(batch);
  trainer_->step(scale);
  return {loss, static_cast<std::int64_t>(tokens)};
}

Json SupervisedTask::evaluate() {
  Json figures = {{criterion(), 0.0}};
  Loss all;
  for (const auto& [role, inputs] : held_out_) {
    const Loss loss = loss_on(*trainer_, inputs, static_cast<std::size_t>(job_.params.batch_tokens));
    figures[std::string(kRolePrefix) + role] = loss.sum / loss.count;
    all.sum += loss.sum;
    all.count += loss.count;
  }
  figures[criterion()] = all.sum / all.count;
  return figures;
}

Json SupervisedTask::place() const {
  const auto at = stream_.position();
  return {{"round", at.round}, {"block", at.block}, {"example", at.example}};
}

void SupervisedTask::go_to(const Json& place) {
  stream_.go_to({place.at("round"), place.at("block"), place.at("example")});
}

Json losses_by_role(const Json& figures) {
  Json losses = Json::object();
  for (const auto& [name, value] : figures.items()) {
    if (name.starts_with(kRolePrefix)) losses[name.substr(kRolePrefix.size())] = value;
  }
  return losses;
}

}  // namespace espalier::study
