#include "models/checkpoint/peft.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>

#include "golden.hpp"
#include "models/scoring/base_model.hpp"
#include "models/scoring/scoring_head.hpp"

// What tests/golden/scoring_head_golden.py computed with PEFT and torch, on the models of decoder_test.cpp.

using namespace espalier;
using namespace espalier::models;

namespace {

using Adaptation = ScoringHeadSpec::Adaptation;
using Json = JsonFile::Json;

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A golden model with some tokenizer of its size.
std::shared_ptr<TransformerBackend> golden_backend(const std::string& name) {
  const TemporaryFolder folder;
  for (const auto& source : {golden("models/" + name), golden("chats/chatml")})
    for (const auto& entry : std::filesystem::directory_iterator(source))
      std::filesystem::create_symlink(entry.path(), folder.path() / entry.path().filename());
  BackendSpec spec;
  spec.checkpoint = folder.path();
  spec.device = "cpu";
  return std::make_shared<TransformerBackend>(spec);
}

ScoringHeadSpec golden_spec(const std::string& name) {
  ScoringHeadSpec spec{
      .token_logprob = true, .state_outputs = 2, .embedding_outputs = 1, .adaptation = Adaptation::lora};
  spec.lora = {.rank = 3, .alpha = 5, .projections = {}};
  if (name == "llama") spec.lora.projections = {"q", "v", "gate", "down"};
  if (name == "qwen2") spec.lora.projections = {"k", "o", "up"};
  if (name == "qwen3" || name == "ours_lora") spec.own_tokens = {390, 7};
  return spec;
}

std::vector<ModelInput> golden_readings() {
  std::vector<ModelInput> inputs;
  const Json expected = golden_json("scoring_heads/expected.json");
  for (const auto& input : expected.at("inputs"))
    inputs.push_back(
        {input.at("tokens").get<std::vector<std::int32_t>>(), input.at("at").get<std::vector<std::int32_t>>()});
  return inputs;
}

/// Compares hidden states and logits of the first reading.
void check_seen(TransformerScoringHead& scoring_head, const std::string& folder) {
  const auto expected = TensorFolder::of_file(golden("scoring_heads/" + folder + "/expected.safetensors"));
  const auto rows = golden_json("scoring_heads/expected.json").at("rows").get<std::vector<std::int64_t>>();
  Decoder& decoder = scoring_head.decoder();
  Sequence sequence(decoder.cache());
  const auto tokens = golden_readings().front().tokens;
  const Feed feed{&sequence, tokens};
  const at::Tensor hidden = decoder.read({&feed, 1});
  CHECK(largest_difference(hidden.index_select(0, at::tensor(rows, at::kLong)), expected.read("hidden")) < 3e-5);
  CHECK(largest_difference(decoder.logits(hidden, rows), expected.read("logits")) < 3e-5);
}

struct LossAt {
  double loss, slope;
};

/// Huber's loss of an error, and its derivative.
LossAt huber(double error) {
  constexpr double kDelta = 0.5;
  if (std::abs(error) <= kDelta) return {0.5 * error * error, error};
  return {kDelta * (std::abs(error) - 0.5 * kDelta), std::copysign(kDelta, error)};
}

constexpr std::size_t kWidth = 4;  // log-probability, two of the state, one of the embedding
constexpr std::array<double, 7> kTargets = {0.9, -0.4, 0.1, 1.0, -1.0, 0.3, -0.8};

/// The mean of `loss(value, target)` over all positions, where the value is the first state output plus the one of the
/// embedding.
Trainer::Loss mean_over_values(std::function<LossAt(double, double)> loss) {
  return [loss = std::move(loss)](std::span<const float> outputs, std::span<float> gradient) {
    double sum = 0;
    for (std::size_t i = 0; i < kTargets.size(); ++i) {
      const auto [part, slope] = loss(outputs[kWidth * i + 1] + outputs[kWidth * i + 3], kTargets[i]);
      sum += part / kTargets.size();
      gradient[kWidth * i + 1] = gradient[kWidth * i + 3] = static_cast<float>(slope / kTargets.size());
    }
    return sum;
  };
}

double bradley_terry(std::span<const float> outputs, std::span<float> gradient) {
  const double margin =
      outputs[3 * kWidth + 1] + outputs[3 * kWidth + 3] - outputs[6 * kWidth + 1] - outputs[6 * kWidth + 3];
  const auto pull = static_cast<float>(-1 / (1 + std::exp(margin)));
  gradient[3 * kWidth + 1] = gradient[3 * kWidth + 3] = pull;
  gradient[6 * kWidth + 1] = gradient[6 * kWidth + 3] = -pull;
  return std::log1p(std::exp(-margin));
}

double cross_entropy(std::span<const float> outputs, std::span<float> gradient) {
  double sum = 0;
  for (std::size_t i = 0; i < kTargets.size(); ++i) {
    const double logit = outputs[kWidth * i + 2], target = (kTargets[i] + 1) / 2;
    sum += (std::log1p(std::exp(-std::abs(logit))) + std::max(logit, 0.0) - logit * target) / kTargets.size();
    gradient[kWidth * i + 2] = static_cast<float>((1 / (1 + std::exp(-logit)) - target) / kTargets.size());
  }
  return sum;
}

double language(std::span<const float> outputs, std::span<float> gradient) {
  double sum = 0;
  for (std::size_t i = 0; i < kTargets.size(); ++i) {
    sum -= outputs[kWidth * i] / kTargets.size();
    gradient[kWidth * i] = static_cast<float>(-1.0 / kTargets.size());
  }
  return sum;
}

std::map<std::string, Trainer::Loss> losses() {
  return {{"huber_of_tanh", mean_over_values([](double value, double target) {
             const double squashed = std::tanh(value);
             const auto [loss, slope] = huber(squashed - target);
             return LossAt{loss, slope * (1 - squashed * squashed)};
           })},
          {"huber_of_logit", mean_over_values([](double value, double target) { return huber(value - target); })},
          {"mean_square", mean_over_values([](double value, double target) {
             return LossAt{(value - target) * (value - target), 2 * (value - target)};
           })},
          {"bradley_terry", bradley_terry},
          {"cross_entropy", cross_entropy},
          {"language", language}};
}

/// The gradients of what the scoring head has for itself, under the names of the golden files.
std::map<std::string, at::Tensor> gradients(const TransformerScoringHead& scoring_head) {
  std::map<std::string, at::Tensor> list;
  const auto add = [&](const std::string& name, const at::Tensor& tensor) {
    if (tensor.grad().defined()) list[name] = tensor.grad();
  };
  for (const auto& [name, tensor] : scoring_head.head().named()) add(name, tensor);
  if (const Adapter* const adapter = scoring_head.adapter()) {
    for (const auto& [name, tensor] : adapter->matrices()) add(name + ".weight", tensor);
    if (adapter->rows.defined()) add("model.embed_tokens.token_adapter.trainable_tokens_delta", adapter->rows);
  }
  if (scoring_head.has_copy()) {
    const Weights slopes = scoring_head.weights().mapped(
        [](const at::Tensor& tensor) { return tensor.grad().defined() ? tensor.grad() : at::zeros_like(tensor); });
    for (const auto& [name, tensor] : slopes.named()) list[name] = tensor;
  }
  return list;
}

/// Compares one loss and every gradient that the golden file has of it.
void check_gradients(const BaseModel& base_model, const std::shared_ptr<TransformerScoringHead>& scoring_head,
                     const std::string& folder, const GradientSpec& how) {
  const auto expected = TensorFolder::of_file(golden("scoring_heads/" + folder + "/expected.safetensors"));
  const auto values = golden_json("scoring_heads/expected.json").at("losses").at(folder);
  for (const auto& [name, loss] : losses()) {
    if (!values.contains(name)) continue;
    CAPTURE(name);
    const auto trainer = const_cast<BaseModel&>(base_model).train(scoring_head, {}, how);
    CHECK(trainer->accumulate(golden_readings(), loss) == doctest::Approx(values.at(name).get<double>()).epsilon(1e-5));
    const auto found = gradients(*scoring_head);
    int compared = 0;
    for (const auto& full_name : expected.names()) {
      if (!full_name.starts_with(name + ".")) continue;
      const auto key = full_name.substr(name.size() + 1);
      CAPTURE(key);
      REQUIRE(found.contains(key));
      CHECK(largest_difference(found.at(key), expected.read(full_name)) < 1e-5);
      ++compared;
    }
    CHECK(compared >= 8);
  }
}

std::shared_ptr<TransformerScoringHead> attached(BaseModel& base_model, const ScoringHeadSpec& spec) {
  return std::dynamic_pointer_cast<TransformerScoringHead>(base_model.attach(spec));
}

}  // namespace

TEST_CASE("adapters that PEFT wrote are read, and give its states, logits, losses and gradients") {
  for (const std::string name : {"llama", "qwen2", "qwen3"}) {
    CAPTURE(name);
    const auto base_model = golden_backend(name)->base_model();
    const auto scoring_head = attached(*base_model, golden_spec(name));
    scoring_head->load(golden("scoring_heads/" + name));
    check_seen(*scoring_head, name);
    for (const bool recompute : {false, true})
      check_gradients(*base_model, scoring_head, name, {.recompute = recompute});
  }
}

TEST_CASE("copies of all weights have torch's gradients") {
  const auto base_model = golden_backend("qwen3")->base_model();
  ScoringHeadSpec spec = golden_spec("copy");
  spec.adaptation = Adaptation::full;
  const auto scoring_head = attached(*base_model, spec);
  for (const auto& [to, from] : scoring_head->head().stage(golden("scoring_heads/qwen3"))) to.copy_(from);
  for (const bool recompute : {false, true})
    check_gradients(*base_model, scoring_head, "copy", {.recompute = recompute});
}

TEST_CASE("adapters that were written here are what PEFT reads") {
  // With ESPALIER_REWRITE_GOLDEN set this test writes the folders; scoring_head_golden.py then lets PEFT read them.
  const bool rewrite = std::getenv("ESPALIER_REWRITE_GOLDEN") != nullptr;
  for (const std::string name : {"ours_lora", "ours_tokens"}) {
    CAPTURE(name);
    const auto base_model = golden_backend("qwen3")->base_model();
    ScoringHeadSpec spec = golden_spec(name);
    if (name == "ours_tokens") {
      spec.adaptation = Adaptation::none;
      spec.own_tokens = {7, 390};
    }
    const auto scoring_head = attached(*base_model, spec);
    if (rewrite) {
      std::uint64_t number = 0;
      for (const auto& parameter : scoring_head->own()) {
        const at::Tensor noise = at::empty(parameter.tensor.sizes(), at::kFloat);
        fill_normal(noise, Key{5, 6}.child(number++), 0.2);
        parameter.tensor.add_(noise);
      }
      scoring_head->save(golden("scoring_heads/" + name));
      continue;
    }
    scoring_head->load(golden("scoring_heads/" + name));
    check_seen(*scoring_head, name);
    const TemporaryFolder written;
    scoring_head->save(written.path());
    for (const char* file : {"adapter_config.json", "adapter_model.safetensors", "head.safetensors"}) {
      CHECK_MESSAGE((bytes_of(written.path() / file) == bytes_of(golden("scoring_heads/" + name) / file)), file);
    }
  }
}
