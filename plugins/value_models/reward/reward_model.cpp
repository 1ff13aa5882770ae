#include "reward_model.hpp"

#include <algorithm>
#include <cmath>
#include <espalier/bad_input.hpp>
#include <stdexcept>
#include <utility>

#include "reward_file.hpp"
#include "reward_learner.hpp"

namespace espalier::reward {
namespace {

RewardParams with_checkpoint(RewardParams params) {
  if (params.checkpoint) read_reward_file(*params.checkpoint, params);
  return params;
}

std::shared_ptr<Trunk> trunk_of(const RewardParams& params) {
  auto trunk = params.base->trunk();
  if (!trunk) throw std::invalid_argument("`base` must be a language model whose weights are in this process");
  return trunk;
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
      trunk_(trunk_of(params_)),
      own_separator_(!trunk_->token(kSeparator)),
      layout_{.layout = params_.serialisation,
              .view = params_.view,
              .separator = own_separator_ ? trunk_->spare_token() : *trunk_->token(kSeparator),
              .question_tokens = params_.question_tokens},
      read_out_({.head = params_.head, .positions = params_.positions, .bins = params_.bins}),
      reader_(trunk_->attach(reader_spec())) {
  if (params_.checkpoint) reader_->load(*params_.checkpoint);
}

ReaderSpec RewardModel::reader_spec() const {
  ReaderSpec spec;
  read_out_.ask(spec);
  spec.adaptation = params_.trains;
  spec.lora = {.rank = params_.rank, .alpha = params_.alpha, .projections = params_.projections};
  if (own_separator_) spec.own_tokens = {layout_.separator};
  spec.key = Key{static_cast<std::uint64_t>(params_.seed), 0}.child("espalier").child("reward");
  return spec;
}

RewardModel::Asked RewardModel::ask(const State& state, std::uint64_t version) {
  Asked asked{.laid = serialise(*trunk_, state, layout_)};
  const auto messages = static_cast<int>(asked.laid.begins.size());
  asked.first = messages - 1;
  if (read_out_.pools() && asked.first > 0) {
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
  const std::uint64_t version = reader_->version();
  std::vector<Asked> asked;
  std::vector<std::size_t> places;
  std::vector<Reading> readings;
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i].transcript.empty()) continue;
    Asked& one = asked.emplace_back(ask(states[i], version));
    places.push_back(i);
    const auto& laid = one.laid;
    // Logically a state's first child reads the question or its last message; the others find it read.
    const std::size_t parts = laid.begins.size();
    const std::int32_t before = parts > 1 ? laid.separators[parts - 2] + 1 : laid.begins.front();
    readings.push_back({.tokens = laid.tokens,
                        .at = read_out_.positions({laid.begins, laid.separators}, one.first),
                        .known = parts > 1 || states[i].transcript.candidate() > 0 ? before : 0,
                        .lease = states[i].transcript.lease()});
  }
  std::vector<Value> values(states.size());
  if (readings.empty()) return values;
  const auto rows = reader_->read(readings);
  const auto width = static_cast<std::size_t>(reader_->outputs());
  std::size_t begin = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const std::size_t count = readings[i].at.size() * width;
    const auto logits =
        read_out_.read(std::span(rows).subspan(begin, count), {asked[i].laid.begins, asked[i].laid.separators},
                       asked[i].first, asked[i].carried);
    begin += count;
    const auto per_message = static_cast<std::size_t>(read_out_.logits());
    values[places[i]] = value_of(std::span(logits).last(per_message));
    if (read_out_.pools() && layout_.view == Serialisation::View::full) {
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
  reader_->save(folder);
  write_reward_file(folder, params_);
}

}  // namespace espalier::reward
