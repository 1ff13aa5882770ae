#include <algorithm>
#include <cmath>
#include <espalier/bad_input.hpp>
#include <espalier/kit/reward/reward_file.hpp>
#include <espalier/kit/reward/reward_learner.hpp>
#include <espalier/kit/reward/reward_model.hpp>
#include <stdexcept>
#include <utility>

namespace espalier::reward {
namespace {

RewardParams with_checkpoint(RewardParams params) {
  if (params.checkpoint) read_reward_file(*params.checkpoint, params);
  return params;
}

std::shared_ptr<BaseModel> base_model_of(const RewardParams& params) {
  auto base_model = params.base->base_model();
  if (!base_model) throw std::invalid_argument("`base` must be a language model whose weights are in this process");
  return base_model;
}

}  // namespace

void RewardModel::Memory::keep_to(std::uint64_t version) {
  if (version != version_) entries_.clear();
  version_ = version;
}

std::optional<Carried> RewardModel::Memory::recall(const Transcript& transcript, std::uint64_t version) {
  const std::lock_guard lock(mutex_);
  keep_to(version);
  const auto found = entries_.find(transcript.lease());
  return found != entries_.end() ? std::optional(found->second) : std::nullopt;
}

void RewardModel::Memory::remember(const Transcript& transcript, Carried carried, std::uint64_t version) {
  const std::lock_guard lock(mutex_);
  keep_to(version);
  entries_.insert_or_assign(transcript.lease(), std::move(carried));
  if (entries_.size() < crowded_) return;
  std::erase_if(entries_, [](const auto& entry) { return entry.first.expired(); });
  crowded_ = std::max<std::size_t>(1024, 2 * entries_.size());
}

ValueModel::Facts RewardModel::facts(const RewardParams& params) {
  if (!params.checkpoint || !std::filesystem::exists(*params.checkpoint)) return {.stored = true};
  try {
    static_cast<void>(with_checkpoint(params));
  } catch (const std::runtime_error& error) {
    throw BadInput(error.what());
  }
  return {.stored = true};
}

RewardModel::RewardModel(RewardParams params, Teaches teaches)
    : params_(with_checkpoint(std::move(params))),
      teaches_(teaches),
      base_model_(base_model_of(params_)),
      own_separator_(!base_model_->token(kSeparator)),
      layout_{.layout = params_.serialisation,
              .view = params_.view,
              .separator = own_separator_ ? base_model_->spare_token() : *base_model_->token(kSeparator),
              .question_tokens = params_.question_tokens},
      pooling_({.head = params_.head, .positions = params_.positions, .bins = params_.bins}),
      scoring_head_(base_model_->attach(scoring_head_spec())) {
  if (params_.checkpoint) scoring_head_->load(*params_.checkpoint);
}

ScoringHeadSpec RewardModel::scoring_head_spec() const {
  ScoringHeadSpec spec;
  pooling_.ask(spec);
  spec.adaptation = params_.trains;
  spec.lora = {.rank = params_.rank, .alpha = params_.alpha, .projections = params_.projections};
  if (own_separator_) spec.own_tokens = {layout_.separator};
  spec.key = Key{static_cast<std::uint64_t>(params_.seed), 0}.child("espalier").child("reward");
  return spec;
}

RewardModel::Asked RewardModel::ask(const State& state, std::uint64_t version) {
  Asked asked{.laid = serialise(*base_model_, state, layout_)};
  const auto messages = static_cast<int>(asked.laid.begins.size());
  asked.first = messages - 1;
  if (pooling_.pools() && asked.first > 0) {
    // Without what the parent's messages came to, they are read again.
    if (auto carried = memory_.recall(state.transcript.parent(), version)) {
      asked.carried = std::move(*carried);
    } else {
      asked.first = 0;
    }
  }
  return asked;
}

std::vector<Value> RewardModel::score(std::span<const State> states) {
  const std::uint64_t version = scoring_head_->version();
  std::vector<Asked> asked;
  std::vector<std::size_t> places;
  std::vector<ModelInput> inputs;
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i].transcript.empty()) continue;
    Asked& one = asked.emplace_back(ask(states[i], version));
    places.push_back(i);
    const auto& laid = one.laid;
    // Logically a state's first child reads the question or its last message; the others find it read.
    const std::size_t parts = laid.begins.size();
    const std::int32_t before = parts > 1 ? laid.separators[parts - 2] + 1 : laid.begins.front();
    inputs.push_back({.tokens = laid.tokens,
                      .at = pooling_.positions({laid.begins, laid.separators}, one.first),
                      .known = parts > 1 || states[i].transcript.candidate() > 0 ? before : 0,
                      .lease = states[i].transcript.lease()});
  }
  std::vector<Value> values(states.size());
  if (inputs.empty()) return values;
  const auto rows = scoring_head_->read(inputs);
  const auto width = static_cast<std::size_t>(scoring_head_->outputs());
  std::size_t begin = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const std::size_t count = inputs[i].at.size() * width;
    const auto logits =
        pooling_.read(std::span(rows).subspan(begin, count), {asked[i].laid.begins, asked[i].laid.separators},
                      asked[i].first, asked[i].carried);
    begin += count;
    const auto per_message = static_cast<std::size_t>(pooling_.logits());
    values[places[i]] = value_of(std::span(logits).last(per_message));
    if (pooling_.pools() && layout_.view == Serialisation::View::full) {
      memory_.remember(states[places[i]].transcript, std::move(asked[i].carried), version);
    }
  }
  return values;
}

Value RewardModel::value_of(std::span<const double> logits) const {
  if (params_.bins > 1) return Distribution::value(logits);
  return {.mean = std::tanh(logits.front())};
}

std::unique_ptr<Learner> RewardModel::learner(const LearnerSpec& spec) {
  return std::make_unique<RewardLearner>(*this, spec);
}

void RewardModel::save(const std::filesystem::path& folder) const {
  scoring_head_->save(folder);
  write_reward_file(folder, params_);
}

}  // namespace espalier::reward
