#include "models/scoring/scoring_pass.hpp"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <deque>
#include <stdexcept>

#include "models/decode/draws.hpp"

namespace espalier::models {
namespace {

constexpr std::int64_t kChunkRows = 4096;           // tokens read at once
constexpr std::int64_t kLogitNumbers = 32'000'000;  // floats of logits held at once

// Inputs that go through the decoder together, and where in the outputs their numbers go.
class Chunk {
 public:
  Chunk(Decoder& decoder, const Head& head, std::span<float> outputs)
      : decoder_(decoder), head_(head), outputs_(outputs), width_(static_cast<std::size_t>(head.outputs())) {}

  std::int64_t rows() const { return rows_; }

  // Takes in an input whose first row of outputs is number `slot`.
  void add(const ModelInput& input, std::size_t slot) {
    if (head_.embedding.weight.defined())
      for (std::size_t i = 0; i < input.at.size(); ++i) {
        embedded_.push_back(input.tokens[static_cast<std::size_t>(input.at[i])]);
        embedded_slots_.push_back(slot + i);
      }
    if (head_.reads_states()) feed(input, slot);
  }

  void run() {
    if (!feeds_.empty()) {
      const at::Tensor hidden = decoder_.read(feeds_);
      for (const auto& sequence : sequences_) decoder_.cache().remember(sequence);
      const auto logprobs = token_logprobs(decoder_, hidden, before_, targets_);
      for (std::size_t i = 0; i < logprobs.size(); ++i) outputs_[scored_slots_[i] * width_] = logprobs[i];
      const std::size_t first = head_.token_logprob ? 1 : 0;
      if (!head_.choices.empty()) choose(hidden, first);
      if (!head_.state.layers.empty()) apply(head_.state, chosen(hidden), state_slots_, first + head_.choices.size());
    }
    if (!embedded_.empty())
      apply(head_.embedding, unit_rows(decoder_.embed(embedded_).to(at::kFloat)), embedded_slots_,
            width_ - static_cast<std::size_t>(head_.embedding.outputs()));
  }

 private:
  void feed(const ModelInput& input, std::size_t slot) {
    // Position 0 has log-probability 0 by definition; every other comes from the state before it.
    std::vector<std::int32_t> before, states;
    for (const auto at : input.at) {
      if (head_.token_logprob && at > 0) before.push_back(at - 1);
      if (head_.reads_own_state()) states.push_back(at);
    }
    if (before.empty() && states.empty()) return;
    const auto first =
        std::min(before.empty() ? states.front() : before.front(), states.empty() ? before.front() : states.front());
    const auto last = states.empty() ? before.back() : states.back();
    // Tokens after the last wanted state need not be read at all.
    const auto useful = std::span(input.tokens).first(static_cast<std::size_t>(last) + 1);
    Sequence known = decoder_.cache().recall(useful, first);
    const auto rest = useful.subspan(static_cast<std::size_t>(known.length()));
    const std::int64_t shift = rows_ - known.length();
    const std::size_t skipped = input.at.size() - before.size();  // position 0, where only others have outputs
    for (std::size_t i = 0; i < before.size(); ++i) {
      before_.push_back(before[i] + shift);
      targets_.push_back(input.tokens[static_cast<std::size_t>(before[i]) + 1]);
      scored_slots_.push_back(slot + skipped + i);
    }
    for (std::size_t i = 0; i < states.size(); ++i) {
      states_.push_back(states[i] + shift);
      state_slots_.push_back(slot + i);
    }
    rows_ += std::ssize(rest);
    sequences_.push_back(std::move(known));
    feeds_.push_back({&sequences_.back(), rest});
  }

  at::Tensor chosen(const at::Tensor& hidden) const {
    return hidden.index_select(0, at::tensor(states_, at::kLong).to(hidden.device())).to(at::kFloat);
  }

  // Writes the log-probabilities of the choices after each wanted state to columns `column`, ... of its slot.
  void choose(const at::Tensor& hidden, std::size_t column) {
    std::vector<std::int64_t> rows;
    std::vector<std::int32_t> targets;
    for (const auto row : states_) {
      rows.insert(rows.end(), head_.choices.size(), row);
      targets.insert(targets.end(), head_.choices.begin(), head_.choices.end());
    }
    const auto logprobs = token_logprobs(decoder_, hidden, rows, targets);
    auto from = logprobs.begin();
    for (const auto slot : state_slots_) {
      const auto to = from + static_cast<std::ptrdiff_t>(head_.choices.size());
      std::copy(from, to, outputs_.begin() + static_cast<std::ptrdiff_t>(slot * width_ + column));
      from = to;
    }
  }

  // Writes the head's outputs of each row to columns `column`, ... of its slot.
  template <class AnyHead>
  void apply(const AnyHead& head, const at::Tensor& rows, std::span<const std::size_t> slots, std::size_t column) {
    const at::Tensor found = head.of_rows(rows).cpu();
    const std::int64_t outputs = found.size(1);
    const float* from = found.const_data_ptr<float>();
    for (const auto slot : slots) {
      std::copy(from, from + outputs, outputs_.begin() + static_cast<std::ptrdiff_t>(slot * width_ + column));
      from += outputs;
    }
  }

  Decoder& decoder_;
  const Head& head_;
  std::span<float> outputs_;
  std::size_t width_;
  std::deque<Sequence> sequences_;  // feeds point to them
  std::vector<Feed> feeds_;
  std::int64_t rows_ = 0;
  std::vector<std::int64_t> before_, states_;     // rows that log-probabilities of tokens, and all else, want
  std::vector<std::int32_t> targets_, embedded_;  // tokens to be scored by `before_`, and those whose embeddings count
  std::vector<std::size_t> scored_slots_, state_slots_, embedded_slots_;
};

}  // namespace

void check_inputs(std::span<const ModelInput> inputs, const ModelConfig& config, const Adapter* adapter, bool scored) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto fail = [&](const std::string& what) {
      throw std::invalid_argument("reading " + std::to_string(i) + " " + what);
    };
    const ModelInput& input = inputs[i];
    if (std::ssize(input.tokens) > config.context())
      fail("has " + std::to_string(input.tokens.size()) + " tokens, but the model's context holds " +
           std::to_string(config.context()));
    for (const auto token : input.tokens)
      if (token < 0 || (token >= config.vocabulary && !(adapter != nullptr && adapter->owns(token))))
        fail("has the token " + std::to_string(token) + ", which is not in the vocabulary");
    for (std::size_t k = 0; k < input.at.size(); ++k)
      if (input.at[k] < 0 || input.at[k] >= std::ssize(input.tokens) || (k > 0 && input.at[k] <= input.at[k - 1]))
        fail("wants position " + std::to_string(input.at[k]) + ", but positions must ascend and be below " +
             std::to_string(input.tokens.size()));
    for (const auto at : input.at)
      if (const auto token = input.tokens[static_cast<std::size_t>(at)]; scored && at > 0 && token >= config.vocabulary)
        fail("wants the token " + std::to_string(token) + " scored, which has no log-probability");
  }
}

std::vector<float> token_logprobs(const Decoder& decoder, const at::Tensor& hidden, std::span<const std::int64_t> rows,
                                  std::span<const std::int32_t> targets) {
  std::vector<float> logprobs(rows.size());
  const auto vocabulary = static_cast<std::size_t>(decoder.weights().config.vocabulary);
  const std::size_t step = std::max<std::size_t>(16, static_cast<std::size_t>(kLogitNumbers) / vocabulary);
  for (std::size_t start = 0; start < rows.size(); start += step) {
    const std::size_t count = std::min(step, rows.size() - start);
    std::ranges::copy(logprobs_of(decoder.logits(hidden, rows.subspan(start, count)), targets.subspan(start, count)),
                      logprobs.begin() + static_cast<std::ptrdiff_t>(start));
  }
  return logprobs;
}

std::vector<float> read_outputs(Decoder& decoder, const Head& head, std::span<const ModelInput* const> inputs) {
  const c10::InferenceMode no_gradients;
  std::size_t wanted = 0;
  for (const ModelInput* const input : inputs) wanted += input->at.size();
  std::vector<float> outputs(wanted * static_cast<std::size_t>(head.outputs()), 0.0f);
  std::size_t slot = 0;
  for (std::size_t i = 0; i < inputs.size();) {
    Chunk chunk(decoder, head, outputs);
    for (; i < inputs.size() && chunk.rows() < kChunkRows; ++i) {
      chunk.add(*inputs[i], slot);
      slot += inputs[i]->at.size();
    }
    chunk.run();
  }
  return outputs;
}

}  // namespace espalier::models
