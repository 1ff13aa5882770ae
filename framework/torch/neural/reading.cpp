#include "neural/reading.hpp"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <stdexcept>

#include "neural/sampler.hpp"

namespace espalier::neural {
namespace {

constexpr std::int64_t kChunkRows = 4096;           // tokens read at once
constexpr std::int64_t kLogitNumbers = 32'000'000;  // floats of logits held at once

// One chunk of readings on its way through the model.
struct Chunk {
  std::deque<Sequence> sequences;  // feeds point to them
  std::vector<Feed> feeds;
  std::vector<std::int64_t> rows;     // of the hidden states that are wanted
  std::vector<std::int32_t> targets;  // token_logprob: the token to be scored by that row
  std::vector<std::size_t> slots;     // where its outputs go
  std::int64_t total = 0;
};

}  // namespace

Head Head::make(const ReaderSpec& spec, const ModelConfig& config, at::Device device) {
  Head head{.output = spec.output, .weight = {}, .bias = {}};
  if (spec.output != ReaderSpec::Output::linear) return head;
  if (spec.outputs < 1)
    throw std::invalid_argument("a linear reader needs at least one output, got " + std::to_string(spec.outputs));
  at::Tensor weight = at::empty({spec.outputs, config.width}, at::kFloat);
  float* const data = weight.mutable_data_ptr<float>();
  // Uniform with the variance 1 / width.
  const double reach = std::sqrt(3.0 / config.width);
  for (std::int64_t i = 0; i < weight.numel(); ++i)
    data[i] = static_cast<float>(reach * (2 * draw_uniform(spec.key, static_cast<std::uint64_t>(i)) - 1));
  head.weight = weight.to(device);
  head.bias = at::zeros({spec.outputs}, at::TensorOptions().dtype(at::kFloat).device(device));
  return head;
}

void check_readings(std::span<const Reading> readings, const ModelConfig& config) {
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const auto fail = [&](const std::string& what) {
      throw std::invalid_argument("reading " + std::to_string(i) + " " + what);
    };
    const Reading& reading = readings[i];
    if (std::ssize(reading.tokens) > config.context)
      fail("has " + std::to_string(reading.tokens.size()) + " tokens, but the model's context holds " +
           std::to_string(config.context));
    for (const auto token : reading.tokens)
      if (token < 0 || token >= config.vocabulary)
        fail("has the token " + std::to_string(token) + ", which is not in the vocabulary");
    for (std::size_t k = 0; k < reading.at.size(); ++k)
      if (reading.at[k] < 0 || reading.at[k] >= std::ssize(reading.tokens) ||
          (k > 0 && reading.at[k] <= reading.at[k - 1]))
        fail("wants position " + std::to_string(reading.at[k]) + ", but positions must ascend and be below " +
             std::to_string(reading.tokens.size()));
  }
}

std::vector<float> token_logprobs(const Decoder& decoder, const at::Tensor& hidden, std::span<const std::int64_t> rows,
                                  std::span<const std::int32_t> targets) {
  std::vector<float> logprobs(rows.size());
  const auto vocabulary = static_cast<std::size_t>(decoder.weights().config.vocabulary);
  const std::size_t step = std::max<std::size_t>(16, static_cast<std::size_t>(kLogitNumbers) / vocabulary);
  for (std::size_t start = 0; start < rows.size(); start += step) {
    const std::size_t count = std::min(step, rows.size() - start);
    const at::Tensor logits = decoder.logits(hidden, rows.subspan(start, count));
    const float* const data = logits.const_data_ptr<float>();
    at::parallel_for(0, static_cast<std::int64_t>(count), 4, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
        const std::span<const float> row(data + i * vocabulary, vocabulary);
        const double logprob = row[static_cast<std::size_t>(targets[start + i])] - log_sum_exp(row);
        logprobs[start + i] = static_cast<float>(std::min(logprob, 0.0));
      }
    });
  }
  return logprobs;
}

std::vector<float> read_outputs(Model& model, const Head& head, std::span<const Reading> readings) {
  const c10::InferenceMode no_gradients;
  check_readings(readings, model.config());
  const bool scoring = head.output == ReaderSpec::Output::token_logprob;
  const int width = head.outputs();
  std::size_t wanted = 0;
  for (const auto& reading : readings) wanted += reading.at.size();
  std::vector<float> outputs(wanted * static_cast<std::size_t>(width), 0.0f);
  Decoder& decoder = model.decoder();

  const auto run = [&](Chunk& chunk) {
    if (chunk.feeds.empty()) return;
    const at::Tensor hidden = decoder.read(chunk.feeds);
    if (scoring) {
      const auto logprobs = token_logprobs(decoder, hidden, chunk.rows, chunk.targets);
      for (std::size_t i = 0; i < logprobs.size(); ++i) outputs[chunk.slots[i]] = logprobs[i];
    } else {
      // Summed row by row in double: a matrix product with so few columns would depend on the number of rows.
      const at::Tensor states = hidden.to(at::kFloat).cpu().contiguous(),
                       weight = head.weight.detach().cpu().contiguous(), bias = head.bias.detach().cpu();
      const std::int64_t inputs = states.size(1);
      for (std::size_t i = 0; i < chunk.rows.size(); ++i) {
        const float* const state = states.const_data_ptr<float>() + chunk.rows[i] * inputs;
        for (int output = 0; output < width; ++output) {
          const float* const factors = weight.const_data_ptr<float>() + output * inputs;
          double sum = bias.const_data_ptr<float>()[output];
          for (std::int64_t k = 0; k < inputs; ++k) sum += static_cast<double>(state[k]) * factors[k];
          outputs[chunk.slots[i] * static_cast<std::size_t>(width) + static_cast<std::size_t>(output)] =
              static_cast<float>(sum);
        }
      }
    }
    for (const auto& sequence : chunk.sequences) decoder.cache().remember(sequence);
    chunk = Chunk();
  };

  Chunk chunk;
  std::size_t slot = 0;
  for (const auto& reading : readings) {
    // Position 0 has log-probability 0 by definition; everything else comes from the state before it.
    std::vector<std::int32_t> states;
    std::vector<std::size_t> slots;
    for (const auto at : reading.at) {
      if (!scoring || at > 0) {
        states.push_back(scoring ? at - 1 : at);
        slots.push_back(slot);
      }
      ++slot;
    }
    if (states.empty()) continue;
    // Tokens after the last wanted state need not be read at all.
    const auto useful = std::span(reading.tokens).first(static_cast<std::size_t>(states.back()) + 1);
    Sequence known = decoder.cache().recall(useful, states.front());
    const auto rest = useful.subspan(static_cast<std::size_t>(known.length()));
    if (chunk.total + std::ssize(rest) > kChunkRows) run(chunk);
    for (std::size_t i = 0; i < states.size(); ++i) {
      chunk.rows.push_back(chunk.total + states[i] - known.length());
      chunk.slots.push_back(slots[i]);
      if (scoring) chunk.targets.push_back(reading.tokens[static_cast<std::size_t>(states[i]) + 1]);
    }
    chunk.total += std::ssize(rest);
    chunk.sequences.push_back(std::move(known));
    chunk.feeds.push_back({&chunk.sequences.back(), rest});
  }
  run(chunk);
  return outputs;
}

}  // namespace espalier::neural
