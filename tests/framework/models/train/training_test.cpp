#include <ATen/Parallel.h>
#include <doctest/doctest.h>

#include <cmath>

#include "fresh_model.hpp"
#include "models/checkpoint/safetensors.hpp"
#include "models/train/trainer.hpp"
#include "models/train/training_pass.hpp"

using namespace espalier;
using namespace espalier::models;

namespace {

using Tokens = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("loss and gradients are those of transformers") {
  for (const std::string& name : golden_models()) {
    CAPTURE(name);
    const auto folder = golden(name);
    const auto expected = golden_json(name + "/expected.json");
    const TensorFolder tensors = TensorFolder::of_file(folder / "expected.safetensors");
    const auto tokens = expected.at("tokens").get<Tokens>();
    const Weights weights = Weights::read(TensorFolder(folder), read_config(folder), at::kCPU, at::kFloat);
    for (const auto& parameter : weights.parameters()) parameter.tensor.set_requires_grad(true);
    std::vector<ModelInput> inputs = {whole({tokens.begin(), tokens.begin() + 40}, 10),
                                      whole({tokens.begin() + 45, tokens.begin() + 65}, 5)};
    const Pack pack(inputs);
    RotaryTable rotary(weights.config, at::kCPU);
    std::vector<std::int64_t> rows, targets;
    for (std::int64_t at = 10; at < 40; ++at)
      rows.push_back(at - 1), targets.push_back(tokens[static_cast<std::size_t>(at)]);
    for (std::int64_t at = 5; at < 20; ++at)
      rows.push_back(39 + at), targets.push_back(tokens[static_cast<std::size_t>(45 + at)]);
    const TrainingPass pass(weights, nullptr, pack, rotary, {});
    const at::Tensor hidden = pass.hidden().index_select(0, at::tensor(rows, at::kLong));
    const at::Tensor loss = at::cross_entropy_loss(at::linear(hidden, weights.head), at::tensor(targets, at::kLong));
    CHECK(loss.item<double>() == doctest::Approx(expected.at("loss").get<double>()).epsilon(1e-5));
    loss.backward();
    // The gradients under the names of the checkpoint: a copy of the weights whose tensors are the gradients.
    Weights gradients = weights;
    const auto swap = [](at::Tensor& tensor) {
      if (tensor.defined()) tensor = tensor.grad();
    };
    swap(gradients.embedding);
    swap(gradients.head);
    swap(gradients.final_norm);
    for (auto& layer : gradients.layers)
      for (auto* tensor :
           {&layer.attention_norm, &layer.qkv, &layer.qkv_bias, &layer.query_norm, &layer.key_norm, &layer.output,
            &layer.output_bias, &layer.mlp_norm, &layer.gate_up, &layer.gate_up_bias, &layer.down, &layer.down_bias})
        swap(*tensor);
    int compared = 0;
    for (const auto& [key, gradient] : gradients.named()) {
      if (!tensors.has("gradient." + key)) continue;
      CAPTURE(key);
      CHECK(largest_difference(gradient, tensors.read("gradient." + key)) < 1e-5);
      ++compared;
    }
    CHECK(compared >= 7);  // phi3 has fused projections
  }
}

TEST_CASE("the training pass reads what the decoder reads") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const auto inputs = small_inputs(*base_model);
  const auto trainer = base_model->train(nullptr, {});
  const auto logprobs = base_model->attach({.token_logprob = true})->read(inputs);
  double mean = 0;
  for (const float logprob : logprobs) mean -= logprob / static_cast<double>(logprobs.size());
  CHECK(trainer->evaluate_language(inputs) == doctest::Approx(mean).epsilon(1e-5));
}

TEST_CASE("optimisers step as their references do") {
  const TensorFolder golden_tensors = TensorFolder::of_file(golden("optimisers.safetensors"));
  struct Case {
    const char* expected;
    const char* start;
    bool matrix, transposed;
  };
  for (const Case& test : {Case{"adamw", "start", false, false}, Case{"muon", "start", true, false},
                           Case{"muon_tall", "tall", true, true}}) {
    CAPTURE(test.expected);
    const at::Tensor weight = golden_tensors.read(test.start);
    const Parameter parameter{"w", weight, test.matrix,
                              test.matrix ? std::vector<std::int64_t>{weight.size(0)} : std::vector<std::int64_t>{}};
    Optimiser optimiser({parameter}, {.method = OptimiserSpec::Method::muon,
                                      .learning_rate = 1e-2,
                                      .matrix_learning_rate = 0.02,
                                      .weight_decay = test.matrix ? 0.0 : 0.1,
                                      .clip = 0});
    const at::Tensor gradients = golden_tensors.read("gradients");
    for (int i = 0; i < 3; ++i) {
      weight.mutable_grad() = (test.transposed ? gradients[i].t() : gradients[i]).contiguous();
      optimiser.step(1.0);
    }
    CHECK(largest_difference(weight, golden_tensors.read(test.expected)) < 1e-5);
  }
}

TEST_CASE("a small language is learned, with either optimiser") {
  for (const auto method : {OptimiserSpec::Method::adamw, OptimiserSpec::Method::muon}) {
    auto backend = fresh_backend();
    const auto base_model = backend->base_model();
    const auto inputs = small_inputs(*base_model);
    const auto trainer = base_model->train(nullptr, {.method = method, .learning_rate = 3e-3});
    const double before = trainer->evaluate_language(inputs);
    for (int step = 0; step < 25; ++step) {
      trainer->accumulate_language(inputs);
      CHECK(trainer->step(1.0) > 0);
    }
    CHECK(trainer->evaluate_language(inputs) < 0.45 * before);
  }
}

TEST_CASE("accumulated halves are the whole; a loss in plain C++ is carried back to the heads alone") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const auto inputs = small_inputs(*base_model);
  const auto before = weights_of(*backend);
  const ScoringHeadSpec spec{.state_outputs = 1, .embedding_outputs = 1, .key = {4, 4}};
  const OptimiserSpec adamw{.method = OptimiserSpec::Method::adamw, .learning_rate = 1e-2};
  const Trainer::Loss squares_from_one = [](std::span<const float> outputs, std::span<float> gradient) {
    double loss = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      gradient[i] = 2 * (outputs[i] - 1);
      loss += (outputs[i] - 1) * (outputs[i] - 1);
    }
    return loss;
  };
  std::vector<std::vector<float>> read;
  for (const std::size_t first : {inputs.size(), std::size_t{15}}) {
    const auto scoring_head = attach_drawn(*base_model, spec);
    const auto trainer = base_model->train(scoring_head, adamw);
    trainer->accumulate(std::span(inputs).first(first), squares_from_one);
    trainer->accumulate(std::span(inputs).subspan(first), squares_from_one);
    trainer->step(1.0);
    read.push_back(scoring_head->read(inputs));
  }
  for (std::size_t i = 0; i < read[0].size(); ++i) CHECK(read[0][i] == doctest::Approx(read[1][i]).epsilon(1e-3));

  const auto scoring_head = attach_drawn(*base_model, spec);
  const auto trainer = base_model->train(scoring_head, adamw);
  const double first = trainer->accumulate(inputs, squares_from_one);
  for (int i = 0; i < 30; ++i) trainer->step(1.0), trainer->accumulate(inputs, squares_from_one);
  CHECK(trainer->accumulate(inputs, squares_from_one) < 0.2 * first);
  const auto after = weights_of(*backend);
  for (std::size_t i = 0; i < after.size(); ++i) CHECK(at::equal(before[i], after[i]));
}

TEST_CASE("heads may have a learning rate of their own") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const auto inputs = small_inputs(*base_model);
  const auto moved = [&](double rate, double head_rate) {
    const auto scoring_head = base_model->attach({.state_outputs = 1, .key = {4, 4}});
    const auto trainer = base_model->train(
        scoring_head, {.method = OptimiserSpec::Method::adamw, .learning_rate = rate, .head_learning_rate = head_rate});
    trainer->accumulate(inputs, [](std::span<const float>, std::span<float> gradient) {
      std::ranges::fill(gradient, 1.0f);
      return 0.0;
    });
    trainer->step(1.0);
    return scoring_head->read(inputs);
  };
  CHECK(moved(1e-2, 0) == moved(1e-3, 1e-2));
  CHECK(moved(1e-2, 0) != moved(1e-2, 1e-3));
}

TEST_CASE("what has nothing to learn says so") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const auto inputs = small_inputs(*base_model);
  const auto trainer = base_model->train(base_model->attach({.token_logprob = true}), {});
  CHECK_THROWS_WITH_AS(trainer->accumulate(inputs, [](auto, auto) { return 0.0; }),
                       doctest::Contains("nothing to train"), std::logic_error);
  CHECK_THROWS_AS(trainer->accumulate_language(inputs), std::logic_error);
}

TEST_CASE("an interrupted fit resumes to the same weights, bit for bit") {
  const OptimiserSpec spec{.method = OptimiserSpec::Method::muon, .learning_rate = 3e-3, .weight_decay = 0.01};
  const TemporaryFolder folder;
  const auto file = folder.path() / "state.safetensors";
  auto straight = fresh_backend(), interrupted = fresh_backend();
  const auto inputs = small_inputs(*straight->base_model());
  const auto advance = [&](Trainer& trainer, int from, int to) {
    for (int step = from; step < to; ++step) {
      trainer.accumulate_language(std::span(inputs).subspan(static_cast<std::size_t>(step) * 4 % 32, 8));
      trainer.step(1.0 / (1 + step));
    }
  };
  {
    const auto trainer = straight->base_model()->train(nullptr, spec);
    advance(*trainer, 0, 12);
  }
  {
    const auto trainer = interrupted->base_model()->train(nullptr, spec);
    advance(*trainer, 0, 7);
    trainer->save(file);
  }
  auto resumed = fresh_backend();
  const auto trainer = resumed->base_model()->train(nullptr, spec);
  trainer->restore(file);
  advance(*trainer, 7, 12);
  const auto a = weights_of(*straight), b = weights_of(*resumed);
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(at::equal(a[i], b[i]));
}

TEST_CASE("training changes what is generated and read at once") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const auto inputs = small_inputs(*base_model);
  const auto scoring_head = base_model->attach({.token_logprob = true});
  const auto before = scoring_head->read(inputs);
  const auto trainer = base_model->train(nullptr, {});
  trainer->accumulate_language(inputs);
  trainer->step(1.0);
  CHECK(scoring_head->read(inputs) != before);
}
