#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <espalier/runtime.hpp>

#include "../fresh_model.hpp"
#include "../ragged_batches.hpp"
#include "models/checkpoint/safetensors.hpp"
#include "models/decode/draws.hpp"
#include "models/device/captured_graph.hpp"
#include "models/device/cuda_library.hpp"
#include "models/device/device.hpp"

// What a GPU computes beside what the CPU does. Weights are the same on both; results differ by roundings.

using namespace espalier;
using namespace espalier::models;

namespace {

/// Whether there is a GPU. Without one CTest counts the program as skipped, by what is printed here.
bool gpu() {
  if (!cuda_obstacle().empty()) MESSAGE("skipped, no GPU: " << cuda_obstacle());
  return cuda_obstacle().empty();
}

using Completions = std::vector<Completion>;

/// Completions of prompts of many lengths, all side by side.
std::vector<Completions> completions_on(Backend& backend, const Sampling& sampling) {
  const auto texts = small_texts();
  std::vector<Request> requests;
  for (int i = 0; i < 30; ++i) {
    std::string text = texts[static_cast<std::size_t>(i)];
    for (int more = 0; more < i % 4; ++more) text += " " + texts[static_cast<std::size_t>(more)];
    requests.push_back(ask(text, sampling, i % 3, 1 + i % 3));
  }
  std::vector<Completions> done(requests.size());
  std::size_t next = 0, open = requests.size();
  std::vector<Finished> finished;
  while (open > 0) {
    for (int i = 0; i < 3 && next < requests.size() && backend.admit(next, requests[next]); ++i) ++next;
    finished.clear();
    backend.step(finished);
    for (auto& result : finished) {
      done[result.ticket] = std::get<Completions>(std::move(result.result));
      --open;
    }
  }
  return done;
}

/// The share of completions with the very same tokens.
double agreement(const std::vector<Completions>& a, const std::vector<Completions>& b) {
  double same = 0, all = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < a[i].size(); ++k) same += a[i][k].tokens == b[i][k].tokens, ++all;
  return same / all;
}

ScoringHeadSpec every_part(std::int32_t spare) {
  return {.token_logprob = true,
          .state_outputs = 2,
          .embedding_outputs = 1,
          .adaptation = ScoringHeadSpec::Adaptation::lora,
          .lora = {.rank = 4, .alpha = 8, .projections = {}},
          .own_tokens = {7, spare},
          .key = {5, 6}};
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
  return largest;
}

}  // namespace

TEST_CASE("GPU: logits are those of transformers, for every family") {
  if (!gpu()) return;
  for (const std::string& name : golden_models())
    for (const bool wide : {true, false}) {
      CAPTURE(name);
      CAPTURE(wide);
      const auto expected = golden_json(name + "/expected.json");
      const TensorFolder tensors = TensorFolder::of_file(golden(name + "/expected.safetensors"));
      const auto tokens = expected.at("tokens").get<std::vector<std::int32_t>>();
      const auto rows = expected.at("rows").get<std::vector<std::int64_t>>();
      const auto folder = golden(name);
      Decoder decoder(std::make_shared<Weights>(Weights::read(
          TensorFolder(folder), read_config(folder), resolve_device("cuda"), wide ? at::kFloat : at::kBFloat16)));
      Sequence sequence(decoder.cache());
      const Feed feed{&sequence, tokens};
      const at::Tensor logits = decoder.logits(decoder.read({&feed, 1}), rows).cpu(), right = tensors.read("logits");
      CHECK(largest_difference(logits, right) < (wide ? 1e-3 : 0.1) * right.abs().max().item<double>());
    }
}

TEST_CASE("GPU: attention agrees with the CPU kernels on ragged batches") {
  if (!gpu()) return;
  for (const std::string& name : golden_models()) {
    CAPTURE(name);
    for (const double off : ragged_differences(name, resolve_device("cuda"), at::kFloat)) CHECK(off < 1e-4);
    for (const double off : ragged_differences(name, resolve_device("cuda"), at::kBFloat16)) CHECK(off < 0.06);
  }
}

TEST_CASE("GPU: passes of single tokens are recorded") {
  if (!gpu()) return;
  const auto capture = graph_capture_for(resolve_device("cuda"));
  REQUIRE_MESSAGE(capture, cuda_library_obstacle());
  const at::Tensor number = at::ones({1}, at::TensorOptions().device(resolve_device("cuda")));
  const auto graph = capture([&] { return number + 1; });
  number.fill_(5);
  CHECK(graph->replay().item<double>() == 6);
}

TEST_CASE("GPU: completions are those of the CPU, but where a rounding decides") {
  if (!gpu()) return;
  for (const Sampling& sampling :
       {Sampling{.temperature = 0, .max_tokens = 40}, Sampling{.temperature = 0.8, .max_tokens = 40},
        Sampling{.temperature = 0.8, .top_p = 0.9, .top_k = 30, .max_tokens = 40}}) {
    const auto here = completions_on(*fresh_backend(), sampling);
    const auto there = completions_on(*fresh_backend(256, "cuda"), sampling);
    CHECK(agreement(here, there) > 0.9);
    CHECK(agreement(there, completions_on(*fresh_backend(256, "cuda"), sampling)) == 1.0);
    CHECK(agreement(here, completions_on(*fresh_backend(7, "cuda"), sampling)) > 0.9);
    for (std::size_t i = 0; i < here.size(); ++i)
      for (std::size_t k = 0; k < here[i].size(); ++k)
        if (here[i][k].tokens == there[i][k].tokens)
          CHECK(largest_difference(here[i][k].logprobs, there[i][k].logprobs) < 1e-3);
  }
  // In the type that a GPU takes by itself completions drift apart, but they are those of some rounding.
  const auto halved = completions_on(*fresh_backend(256, "cuda", "auto"), {.temperature = 0, .max_tokens = 3});
  CHECK(agreement(halved, completions_on(*fresh_backend(), {.temperature = 0, .max_tokens = 3})) > 0.5);
}

TEST_CASE("GPU: draws are those of the sampler") {
  if (!gpu()) return;
  const at::Tensor logits = at::randn({64, 3000}) * 3;
  const std::vector<Sampling> samplings = {
      {.temperature = 0}, {.temperature = 1}, {.temperature = 0.9, .top_k = 7}, {.temperature = 0.7, .top_p = 0.95}};
  std::vector<Draw> draws;
  for (std::uint64_t i = 0; i < 2000; ++i)
    draws.push_back({static_cast<std::int64_t>(i % 64),
                     &samplings[i / 64 % 4],
                     draw_uniform({41, 42}, i),
                     {static_cast<std::int32_t>(i)}});
  const auto right = draw_tokens(logits, draws, 1.2),
             drawn = draw_tokens(logits.to(resolve_device("cuda")), draws, 1.2);
  int same = 0;
  for (std::size_t i = 0; i < draws.size(); ++i) same += right[i].token == drawn[i].token ? 1 : 0;
  CHECK(same > 1990);  // some draw may fall between two tokens
}

TEST_CASE("GPU: scoring heads give what they give on the CPU") {
  if (!gpu()) return;
  const auto here = fresh_backend(), there = fresh_backend(256, "cuda");
  auto inputs = small_inputs(*here->base_model());
  const std::int32_t spare = here->base_model()->spare_token();
  for (std::size_t i = 0; i < inputs.size(); i += 3) {  // long ones, and the scoring head's own token
    for (int k = 0; k < 3; ++k)
      inputs[i].tokens.insert(inputs[i].tokens.end(), inputs[k].tokens.begin(), inputs[k].tokens.end());
    inputs[i].tokens[2] = spare;
    std::erase(inputs[i].at, 2);
  }
  const auto scoring_head = attach_drawn(*here->base_model(), every_part(spare)),
             other = attach_drawn(*there->base_model(), every_part(spare));
  CHECK(largest_difference(scoring_head->read(inputs), other->read(inputs)) < 1e-3);
  CHECK(largest_difference(scoring_head->read(inputs), other->read(inputs)) < 1e-3);  // much of it remembered
}

TEST_CASE("GPU: training goes the way it goes on the CPU") {
  if (!gpu()) return;
  for (const bool recompute : {false, true}) {
    CAPTURE(recompute);
    const auto here = fresh_backend(), there = fresh_backend(256, "cuda");
    const auto inputs = small_inputs(*here->base_model());
    const std::int32_t spare = here->base_model()->spare_token();
    const OptimiserSpec muon{.method = OptimiserSpec::Method::muon, .learning_rate = 1e-3};
    const GradientSpec gradient{.recompute = recompute};
    const auto language = here->base_model()->train(nullptr, muon, gradient),
               other_language = there->base_model()->train(nullptr, muon, gradient);
    for (int step = 0; step < 5; ++step) {
      CHECK(language->accumulate_language(inputs) ==
            doctest::Approx(other_language->accumulate_language(inputs)).epsilon(1e-3));
      CHECK(language->step(1.0) == doctest::Approx(other_language->step(1.0)).epsilon(1e-2));
    }
    const auto scoring_head = attach_drawn(*here->base_model(), every_part(spare)),
               other = attach_drawn(*there->base_model(), every_part(spare));
    const OptimiserSpec adamw{.learning_rate = 1e-3};
    const auto trainer = here->base_model()->train(scoring_head, adamw, gradient),
               other_trainer = there->base_model()->train(other, adamw, gradient);
    for (int step = 0; step < 5; ++step) {
      CHECK(trainer->accumulate(inputs, towards_one) ==
            doctest::Approx(other_trainer->accumulate(inputs, towards_one)).epsilon(1e-3));
      trainer->step(1.0), other_trainer->step(1.0);
    }
    CHECK(largest_difference(scoring_head->read(inputs), other->read(inputs)) < 5e-2);
  }
}

TEST_CASE("GPU: mixed precision and weights in bfloat16 learn") {
  if (!gpu()) return;
  const auto wide = fresh_backend(256, "cuda", "auto"), halved = fresh_backend(256, "cuda", "bfloat16");
  const auto inputs = small_inputs(*wide->base_model());
  const auto mixed = wide->base_model()->train(nullptr, {.learning_rate = 1e-2}, {.mixed = true});
  const double first = mixed->accumulate_language(inputs);
  for (int step = 0; step < 20; ++step) mixed->step(1.0), mixed->accumulate_language(inputs);
  CHECK(mixed->evaluate_language(inputs) < 0.7 * first);
  CHECK((wide->model().weights().dtype() == at::kFloat));
  const auto base_model = halved->base_model();
  const auto scoring_head = attach_drawn(*base_model, every_part(base_model->spare_token()));
  const auto trainer = base_model->train(scoring_head, {.learning_rate = 1e-2}, {.recompute = true});
  const double before = trainer->accumulate(inputs, towards_one);
  for (int step = 0; step < 20; ++step) trainer->step(1.0), trainer->accumulate(inputs, towards_one);
  const double after = trainer->accumulate(inputs, towards_one);
  CHECK(after < 0.8 * before);  // log-probabilities of random texts cannot come near
  std::vector<float> slopes(scoring_head->read(inputs).size());
  CHECK(towards_one(scoring_head->read(inputs), slopes) == doctest::Approx(after).epsilon(0.1));
}

TEST_CASE("GPU: what was fitted there is read anywhere") {
  if (!gpu()) return;
  const auto there = fresh_backend(256, "cuda"), here = fresh_backend();
  const auto inputs = small_inputs(*here->base_model());
  const std::int32_t spare = here->base_model()->spare_token();
  const auto scoring_head = attach_drawn(*there->base_model(), every_part(spare));
  const auto trainer = there->base_model()->train(scoring_head, {.learning_rate = 1e-2});
  for (int step = 0; step < 3; ++step) trainer->accumulate(inputs, towards_one), trainer->step(1.0);
  const TemporaryFolder folder;
  scoring_head->save(folder.path() / "reader");
  trainer->save(folder.path() / "state.safetensors");
  const auto other = attach_drawn(*here->base_model(), every_part(spare)),
             resumed = attach_drawn(*there->base_model(), every_part(spare));
  other->load(folder.path() / "reader");
  CHECK(largest_difference(scoring_head->read(inputs), other->read(inputs)) < 1e-3);
  there->base_model()->train(resumed, {.learning_rate = 1e-2})->restore(folder.path() / "state.safetensors");
  CHECK(largest_difference(scoring_head->read(inputs), resumed->read(inputs)) == 0);
}
