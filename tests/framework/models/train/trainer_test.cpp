#include "models/train/trainer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <espalier/runtime.hpp>

#include "fresh_model.hpp"
#include "models/train/training_pass.hpp"

using namespace espalier;
using namespace espalier::models;

TEST_CASE("the loss on log-probabilities of tokens is the language loss") {
  auto backend = fresh_backend(), other = fresh_backend();
  const OptimiserSpec spec{.method = OptimiserSpec::Method::muon, .learning_rate = 1e-3};
  const auto inputs = small_inputs(*backend->base_model());
  const auto language = backend->base_model()->train(nullptr, spec);
  const auto base_model = other->base_model();
  const auto scoring_head =
      base_model->attach({.token_logprob = true, .adaptation = ScoringHeadSpec::Adaptation::full});
  const auto own = base_model->train(scoring_head, spec);
  const double expected = language->accumulate_language(inputs);
  CHECK(own->evaluate_language(inputs) == expected);
  const double got = own->accumulate(inputs, [](std::span<const float> outputs, std::span<float> gradient) {
    double loss = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      loss -= outputs[i] / static_cast<double>(outputs.size());
      gradient[i] = -1.0f / static_cast<float>(outputs.size());
    }
    return loss;
  });
  CHECK(got == doctest::Approx(expected).epsilon(1e-6));
  CHECK(own->step(1.0) == doctest::Approx(language->step(1.0)).epsilon(1e-4));
  CHECK(own->evaluate_language(inputs) == doctest::Approx(language->evaluate_language(inputs)).epsilon(1e-4));
}

TEST_CASE("blocks that are computed again have the same gradients") {
  auto backend = fresh_backend(), other = fresh_backend();
  const auto inputs = small_inputs(*backend->base_model());
  double losses[2];
  std::vector<at::Tensor> gradients[2];
  for (const bool recompute : {false, true}) {
    auto& each = recompute ? other : backend;
    const auto trainer = each->base_model()->train(nullptr, {}, {.recompute = recompute});
    losses[recompute] = trainer->accumulate_language(inputs);
    for (const auto& parameter : each->model().weights().parameters())
      gradients[recompute].push_back(parameter.tensor.grad().clone());
  }
  CHECK(losses[0] == losses[1]);
  for (std::size_t i = 0; i < gradients[0].size(); ++i)
    CHECK(largest_difference(gradients[0][i], gradients[1][i]) < 1e-6);
}

TEST_CASE("mixed precision is refused on the CPU") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  CHECK_THROWS_WITH_AS(base_model->train(nullptr, {}, {.mixed = true}),
                       doctest::Contains("mixed precision needs a GPU"), std::invalid_argument);
}

TEST_CASE("products in bfloat16 change states and gradients by roundings only") {
  // What a GPU does for `mixed` and for weights of that type; here on the CPU, where trainers do not offer it.
  const Weights weights = Weights::draw(small_config(), {1, 2}, at::kCPU, at::kFloat);
  const Weights halved = weights.mapped([](const at::Tensor& tensor) { return tensor.to(at::kBFloat16); });
  const Pack pack(std::vector<ModelInput>{whole({1, 5, 9, 30, 77, 200, 3, 8}), whole({4, 4, 2})});
  RotaryTable rotary(weights.config, at::kCPU);
  const at::Tensor target = at::full({11, 64}, 0.5);
  const auto states_and_gradient = [&](const Weights& read, bool mixed) {
    const at::Tensor& watched = read.layers[0].qkv;
    for (const auto& parameter : read.parameters()) {
      parameter.tensor.mutable_grad() = at::Tensor();
      parameter.tensor.set_requires_grad(true);
    }
    const TrainingPass pass(read, nullptr, pack, rotary, {.mixed = mixed});
    CHECK((pass.hidden().scalar_type() == at::kFloat));
    (pass.hidden() - target).square().mean().backward();
    return std::pair(pass.hidden().detach(), watched.grad().to(at::kFloat));
  };
  const auto [states, gradient] = states_and_gradient(weights, false);
  for (const auto& [other_states, other_gradient] :
       {states_and_gradient(weights, true), states_and_gradient(halved, false)}) {
    CHECK(largest_difference(states, other_states) < 0.1);
    CHECK(largest_difference(states, other_states) > 0);
    const double off = (gradient - other_gradient).norm().item<double>();
    CHECK(off < 0.05 * gradient.norm().item<double>());
  }
}

TEST_CASE("weights become float32 to be trained, unless something reads them") {
  auto backend = fresh_backend(256, "cpu", "bfloat16");
  Model& model = backend->model();
  const auto base_model = backend->base_model();
  {
    const auto scoring_head = base_model->attach({.state_outputs = 1, .adaptation = ScoringHeadSpec::Adaptation::lora});
    CHECK_THROWS_WITH_AS(model.widen(), doctest::Contains("being read"), std::logic_error);
  }
  const at::Tensor before = model.weights().layers[0].qkv;
  model.widen();
  CHECK((model.weights().dtype() == at::kFloat));
  CHECK(at::equal(model.weights().layers[0].qkv, before.to(at::kFloat)));
  CHECK(model.weights().head.is_same(model.weights().embedding));
  const auto inputs = small_inputs(*base_model);
  const auto trainer = base_model->train(nullptr, {.learning_rate = 1e-2});
  const double first = trainer->accumulate_language(inputs);
  for (int step = 0; step < 10; ++step) trainer->step(1.0), trainer->accumulate_language(inputs);
  CHECK(trainer->evaluate_language(inputs) < 0.8 * first);
  // What is drawn afterwards is what the widened weights say.
  const auto completion =
      std::get<std::vector<Completion>>(await(*backend, ask("Ben has", {.max_tokens = 5})).result)[0];
  ModelInput input{base_model->render(ask("Ben has").chat), {}};
  for (const auto token : completion.tokens) {
    input.at.push_back(static_cast<std::int32_t>(input.tokens.size()));
    input.tokens.push_back(token);
  }
  CHECK(base_model->attach({.token_logprob = true})->read({&input, 1}) == completion.logprobs);
}

TEST_CASE("a scoring head of weights in bfloat16 has its own in float32, and learns") {
  const auto backend = fresh_backend(256, "cpu", "bfloat16");
  const auto base_model = backend->base_model();
  const auto inputs = small_inputs(*base_model);
  CHECK_THROWS_WITH_AS(base_model->train(nullptr, {}), doctest::Contains("dtype = \"float32\""), std::invalid_argument);
  for (const auto adaptation :
       {ScoringHeadSpec::Adaptation::none, ScoringHeadSpec::Adaptation::lora, ScoringHeadSpec::Adaptation::full}) {
    const auto scoring_head = base_model->attach({.state_outputs = 1, .adaptation = adaptation});
    const auto trainer =
        base_model->train(scoring_head, {.method = OptimiserSpec::Method::adamw, .learning_rate = 1e-2});
    CHECK(trainer->accumulate(inputs, towards_one) == doctest::Approx(0.5));
    for (int step = 0; step < 10; ++step) trainer->step(1.0), trainer->accumulate(inputs, towards_one);
    const double loss = trainer->accumulate(inputs, towards_one);
    CHECK(loss < 0.2);
    std::vector<float> slopes(scoring_head->read(inputs).size());
    CHECK(towards_one(scoring_head->read(inputs), slopes) == doctest::Approx(loss).epsilon(0.1));
  }
}

TEST_CASE("a scoring head learns a language without the base model's noticing") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const auto inputs = small_inputs(*base_model);
  const auto before = weights_of(*backend);
  for (const auto adaptation : {ScoringHeadSpec::Adaptation::lora, ScoringHeadSpec::Adaptation::full}) {
    const auto scoring_head = base_model->attach({.token_logprob = true, .adaptation = adaptation, .key = {3, 3}});
    const auto trainer = base_model->train(
        scoring_head, {.method = OptimiserSpec::Method::adamw, .learning_rate = 1e-2}, {.recompute = true});
    const double first = trainer->accumulate_language(inputs);
    for (int step = 0; step < 20; ++step) trainer->step(1.0), trainer->accumulate_language(inputs);
    // Updates of matrices inside blocks can do less than all weights: the embeddings are random.
    CHECK(trainer->evaluate_language(inputs) < (adaptation == ScoringHeadSpec::Adaptation::full ? 0.5 : 0.9) * first);
    double mean = 0;
    const auto logprobs = scoring_head->read(inputs);
    for (const float logprob : logprobs) mean -= logprob / static_cast<double>(logprobs.size());
    CHECK(mean == doctest::Approx(trainer->evaluate_language(inputs)).epsilon(1e-5));
  }
  const auto after = weights_of(*backend);
  for (std::size_t i = 0; i < after.size(); ++i) CHECK(at::equal(before[i], after[i]));
}

TEST_CASE("trainers of the base model and of a scoring head do not see one another's gradients") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const auto inputs = small_inputs(*base_model);
  const auto scoring_head =
      base_model->attach({.token_logprob = true, .adaptation = ScoringHeadSpec::Adaptation::lora});
  const auto of_base_model = base_model->train(nullptr, {});
  const auto of_reader = base_model->train(scoring_head, {});
  of_reader->accumulate_language(inputs);
  for (const auto& parameter : backend->model().weights().parameters()) CHECK_FALSE(parameter.tensor.grad().defined());
  of_base_model->accumulate_language(inputs);
  for (const auto& parameter : backend->model().weights().parameters()) CHECK(parameter.tensor.grad().defined());
}

TEST_CASE("an interrupted fit of a scoring head resumes to the same weights, bit for bit") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const auto inputs = small_inputs(*base_model);
  const std::int32_t spare = base_model->spare_token();
  const OptimiserSpec optimiser{.learning_rate = 3e-3, .head_learning_rate = 1e-2, .weight_decay = 0.01};
  const auto advance = [&](Trainer& trainer, int from, int to) {
    for (int step = from; step < to; ++step) {
      std::vector<ModelInput> batch(inputs.begin() + step, inputs.begin() + step + 5);
      batch.front().tokens.back() = spare;
      trainer.accumulate(batch, towards_one);
      trainer.step(1.0 / (1 + step));
    }
  };
  for (const auto adaptation : {ScoringHeadSpec::Adaptation::lora, ScoringHeadSpec::Adaptation::full}) {
    const ScoringHeadSpec spec{
        .state_outputs = 1, .embedding_outputs = 1, .adaptation = adaptation, .own_tokens = {spare}};
    const TemporaryFolder folder;
    const auto straight = base_model->attach(spec), interrupted = base_model->attach(spec),
               resumed = base_model->attach(spec);
    advance(*base_model->train(straight, optimiser), 0, 9);
    const auto first = base_model->train(interrupted, optimiser), second = base_model->train(resumed, optimiser);
    advance(*first, 0, 5);
    first->save(folder.path() / "state.safetensors");
    resumed->read(inputs);  // so that there is something to forget
    second->restore(folder.path() / "state.safetensors");
    CHECK(resumed->read(inputs) == interrupted->read(inputs));
    advance(*second, 5, 9);
    CHECK(resumed->read(inputs) == straight->read(inputs));
    CHECK(resumed->read(inputs) != interrupted->read(inputs));
    const auto a = dynamic_cast<TransformerScoringHead&>(*straight).own(),
               b = dynamic_cast<TransformerScoringHead&>(*resumed).own();
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(at::equal(a[i].tensor, b[i].tensor));
  }
}

TEST_CASE("what is learned does not depend on the number of threads") {
  struct Threads {
    explicit Threads(int count) { at::set_num_threads(count); }
    ~Threads() { at::set_num_threads(1); }
  };
  const OptimiserSpec optimiser{.method = OptimiserSpec::Method::muon, .learning_rate = 3e-3};
  const auto base_model_after = [&](int count) {
    const auto backend = fresh_backend();
    const auto inputs = small_inputs(*backend->base_model());
    const Threads threads(count);
    const auto trainer = backend->base_model()->train(nullptr, optimiser);
    for (int step = 0; step < 6; ++step) trainer->accumulate_language(inputs), trainer->step(1.0);
    return weights_of(*backend);
  };
  const auto reader_after = [&](int count, ScoringHeadSpec::Adaptation adaptation) {
    const auto backend = fresh_backend();
    const auto base_model = backend->base_model();
    const auto inputs = small_inputs(*base_model);
    const auto scoring_head = base_model->attach(
        {.token_logprob = true, .state_outputs = 2, .embedding_outputs = 1, .adaptation = adaptation});
    const Threads threads(count);
    const auto trainer = base_model->train(scoring_head, optimiser);
    for (int step = 0; step < 6; ++step) trainer->accumulate(inputs, towards_one), trainer->step(1.0);
    std::vector<at::Tensor> copies;
    for (const auto& parameter : dynamic_cast<TransformerScoringHead&>(*scoring_head).own())
      copies.push_back(parameter.tensor.detach().clone());
    return copies;
  };
  const auto equal = [](const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
    return std::ranges::equal(a, b, [](const auto& one, const auto& other) { return at::equal(one, other); });
  };
  const auto alone = base_model_after(1);
  for (const int count : {2, 3}) CHECK(equal(base_model_after(count), alone));
  for (const auto adaptation :
       {ScoringHeadSpec::Adaptation::none, ScoringHeadSpec::Adaptation::lora, ScoringHeadSpec::Adaptation::full}) {
    const auto first = reader_after(1, adaptation);
    for (const int count : {2, 3}) CHECK(equal(reader_after(count, adaptation), first));
  }
}
