#include "study/learning/training_examples.hpp"

#include <algorithm>
#include <espalier/serialisation.hpp>
#include <iterator>
#include <numeric>
#include <utility>

#include "study/shuffle.hpp"

namespace espalier::study {
namespace {

ModelInput read_trajectory(const BaseModel& base_model, const Trajectory& trajectory, bool with_prompt) {
  const auto separator = base_model.token(kSeparator);
  if (!separator) {
    throw ExampleError("the model's vocabulary has no \"" + std::string(kSeparator) +
                       "\", which transcripts are learned with; set transcripts = false");
  }
  auto laid = serialise(base_model, trajectory.end, {.separator = *separator});
  ModelInput input;
  for (std::int32_t at = 1; with_prompt && at < laid.begins.front(); ++at) input.at.push_back(at);
  for (std::size_t part = 0; part < laid.begins.size(); ++part) {
    if (trajectory.planted[part]) continue;
    for (auto at = std::max(1, laid.begins[part]); at <= laid.separators[part]; ++at) input.at.push_back(at);
  }
  input.tokens = std::move(laid.tokens);
  return input;
}

}  // namespace

ModelInput make_input(const BaseModel& base_model, const TrainingExample& example, bool with_prompt) {
  if (example.trajectory) return read_trajectory(base_model, *example.trajectory, with_prompt);
  ModelInput input;
  input.tokens = base_model.render(example.chat);
  const std::size_t prompt = input.tokens.size();
  const auto target = base_model.encode(example.target);
  input.tokens.insert(input.tokens.end(), target.begin(), target.end());
  input.tokens.push_back(base_model.end_token());
  const std::size_t first = with_prompt ? 1 : std::max<std::size_t>(1, prompt);
  input.at.resize(input.tokens.size() - first);
  std::iota(input.at.begin(), input.at.end(), static_cast<std::int32_t>(first));
  return input;
}

ExampleStream::ExampleStream(const ExampleSource& source, Key key, Position at) : source_(source), key_(key), at_(at) {
  load();
}

void ExampleStream::go_to(Position at) {
  at_ = at;
  load();
}

const TrainingExample& ExampleStream::next() {
  while (at_.example >= block_.size()) {
    at_.example = 0;
    if (++at_.block * kBlock >= source_.size()) {
      at_.block = 0;
      ++at_.round;
    }
    load();
  }
  return block_[at_.example++];
}

void ExampleStream::load() {
  const Key round = key_.child(at_.round);
  std::vector<std::size_t> order(source_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  shuffle(order, round.child("order"));
  block_.clear();
  const std::size_t end = std::min(source_.size(), (at_.block + 1) * kBlock);
  for (std::size_t i = at_.block * kBlock; i < end; ++i) {
    auto examples = source_.about(order[i], at_.round);
    std::move(examples.begin(), examples.end(), std::back_inserter(block_));
  }
  shuffle(block_, round.child(at_.block));
}

}  // namespace espalier::study
