#include "models/decode/generator.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <espalier/runtime.hpp>
#include <map>

#include "fresh_model.hpp"
#include "models/checkpoint/safetensors.hpp"
#include "models/decode/draws.hpp"
#include "models/scoring/base_model.hpp"

using namespace espalier;
using namespace espalier::models;

namespace {

using Completions = std::vector<Completion>;

Completions complete(Backend& backend, const Request& request) {
  return std::get<Completions>(await(backend, request).result);
}

bool same(const Completion& a, const Completion& b) {
  return a.text == b.text && a.tokens == b.tokens && a.logprobs == b.logprobs && a.finish == b.finish;
}

// Runs all requests side by side.
std::map<Ticket, Completions> together_on(Backend& backend, const std::vector<Request>& requests) {
  std::map<Ticket, Completions> done;
  std::size_t next = 0;
  std::vector<Finished> finished;
  while (done.size() < requests.size()) {
    // Two join per step, so that requests are at all stages at once.
    for (int i = 0; i < 2 && next < requests.size(); ++i)
      if (backend.admit(next, requests[next])) ++next;
    finished.clear();
    backend.step(finished);
    for (auto& result : finished) done.emplace(result.ticket, std::get<Completions>(std::move(result.result)));
  }
  return done;
}

}  // namespace

TEST_CASE("candidate k is the same whatever else is asked") {
  const Sampling sampling{.temperature = 0.9, .max_tokens = 40};
  auto backend = fresh_backend();
  const Completions all = complete(*backend, ask("Ben has 3 beads", sampling, 0, 6));
  REQUIRE(all.size() == 6);
  CHECK(all[0].tokens != all[1].tokens);
  for (int k = 0; k < 6; ++k) {
    auto fresh = fresh_backend();  // nothing remembered
    const Completions one = complete(*fresh, ask("Ben has 3 beads", sampling, k, 1));
    CHECK(same(one[0], all[static_cast<std::size_t>(k)]));
  }
  for (const int max_batch : {1, 3, 256}) {
    auto other = fresh_backend(max_batch);
    std::vector<Request> requests;
    for (int i = 0; i < 12; ++i)
      requests.push_back(ask("Mia has " + std::to_string(i) + " beads ; how many ?", sampling, i % 3, 1 + i % 4));
    requests.push_back(ask("Ben has 3 beads", sampling, 0, 6));
    const auto results = together_on(*other, requests);
    for (std::size_t k = 0; k < 6; ++k) CHECK(same(results.at(12)[k], all[k]));
  }
}

TEST_CASE("log-probabilities are those of reading the text again") {
  auto backend = fresh_backend();
  const Request request = ask("Ben has 3 beads", {.temperature = 0.5, .top_p = 0.9, .max_tokens = 12});
  const Completion completion = complete(*backend, request)[0];
  const auto base_model = backend->base_model();
  const auto prompt = base_model->render(request.chat);
  CHECK(completion.prompt_tokens == static_cast<int>(prompt.size()));
  ModelInput input{prompt, {}, {}};
  for (const auto token : completion.tokens) {
    input.at.push_back(static_cast<std::int32_t>(input.tokens.size()));
    input.tokens.push_back(token);
  }
  const auto scoring_head = base_model->attach({.token_logprob = true});
  CHECK(scoring_head->read({&input, 1}) == completion.logprobs);
}

TEST_CASE("texts end at stop strings, at their limit and at the end of the context") {
  auto backend = fresh_backend();
  const Request request = ask("Tom has 5 beads", {.max_tokens = 30});
  const Completion whole = complete(*backend, request)[0];
  REQUIRE(whole.text.size() > 8);
  CHECK(whole.text == backend->base_model()->decode(whole.tokens));
  // Some plain letters of it: an untrained model also writes broken characters, which texts show as U+FFFD.
  const auto letter =
      std::find_if(whole.text.begin() + 4, whole.text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  REQUIRE(letter != whole.text.end());
  const std::string stop(1, *letter);
  Request stopped = request;
  stopped.sampling.stop = {"never in here", stop};
  const Completion cut = complete(*backend, stopped)[0];
  CHECK(cut.text == whole.text.substr(0, whole.text.find(stop)));
  CHECK(cut.finish == Finish::stop);
  Request brief = request;
  brief.sampling.max_tokens = 3;
  CHECK(complete(*backend, brief)[0].tokens.size() == 3);
  CHECK(complete(*backend, brief)[0].finish == Finish::length);
  brief.sampling.max_tokens = 0;
  CHECK(complete(*backend, brief)[0].text.empty());
  Request endless = request;
  endless.sampling.max_tokens = 100'000;
  const Completion last = complete(*backend, endless)[0];
  CHECK(last.prompt_tokens + static_cast<int>(last.tokens.size()) <= small_config().context());
}

TEST_CASE("a prompt that does not fit is an error of that request alone") {
  auto backend = fresh_backend();
  std::string text;
  for (int i = 0; i < 600; ++i) text += " beads";
  CHECK_THROWS_WITH_AS(complete(*backend, ask(text)), doctest::Contains("but the model's context holds 512"),
                       std::length_error);
  CHECK(complete(*backend, ask("Ben", {.max_tokens = 2})).size() == 1);
}

TEST_CASE("dropped work leaves nothing behind") {
  auto backend = fresh_backend();
  std::vector<Finished> finished;
  REQUIRE(backend->admit(1, ask("Ben has 3 beads", {.max_tokens = 50}, 0, 4)));
  for (int i = 0; i < 3; ++i) backend->step(finished);
  backend->drop(1);
  for (int i = 0; i < 60; ++i) backend->step(finished);
  CHECK(finished.empty());
  backend->model().decoder().cache().forget();
  CHECK(backend->model().decoder().cache().pages_in_use() == 0);
}

TEST_CASE("the sampler draws from the distribution it claims") {
  const std::vector<float> logits = {0.5f, 2.0f, -1.0f, 1.5f, 0.0f};
  const auto counted = [&](const Sampling& sampling) {
    std::vector<double> shares(logits.size());
    constexpr int draws = 20'000;
    for (int i = 0; i < draws; ++i)
      shares[static_cast<std::size_t>(draw_token(logits, sampling, (i + 0.5) / draws).token)] += 1.0 / draws;
    return shares;
  };
  const auto expected = [&](double temperature, const std::vector<bool>& kept) {
    std::vector<double> weights;
    double total = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      weights.push_back(kept[i] ? std::exp(logits[i] / temperature) : 0);
      total += weights.back();
    }
    for (auto& weight : weights) weight /= total;
    return weights;
  };
  const auto close = [](const std::vector<double>& a, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
      if (std::abs(a[i] - b[i]) > 1e-3) return false;
    return true;
  };
  CHECK(close(counted({.temperature = 1}), expected(1, {true, true, true, true, true})));
  CHECK(close(counted({.temperature = 0.5}), expected(0.5, {true, true, true, true, true})));
  CHECK(close(counted({.temperature = 1, .top_k = 3}), expected(1, {true, true, false, true, false})));
  // At temperature 1 the two most probable have 0.797 of the mass.
  CHECK(close(counted({.temperature = 1, .top_p = 0.7}), expected(1, {false, true, false, true, false})));
  CHECK(close(counted({.temperature = 1, .top_p = 0.85}), expected(1, {true, true, false, true, false})));
  CHECK(draw_token(logits, {.temperature = 0}, 0.99).token == 1);
  CHECK(draw_token(logits, {.temperature = 0}, 0.0, 2.0, std::vector<std::int32_t>{1}).token == 3);
  const Drawn drawn = draw_token(logits, {.temperature = 0.3, .top_k = 1}, 0.5);
  CHECK(drawn.logprob == doctest::Approx(2.0 - log_sum_exp(logits)));
}

TEST_CASE("a step that fails leaves no work behind") {
  auto backend = fresh_backend();
  const Request request = ask("Ben has 3 beads", {.max_tokens = 5}, 0, 4);
  const Completions right = complete(*backend, request);
  const at::Tensor table = backend->model().weights().embedding, whole = table.clone();
  std::vector<Finished> finished;
  REQUIRE(backend->admit(1, request));
  backend->step(finished);
  table.set_data(at::zeros({1, 2}));  // no token has an embedding
  CHECK_THROWS(backend->step(finished));
  table.set_data(whole);
  for (int i = 0; i < 10; ++i) backend->step(finished);
  CHECK(finished.empty());
  const Completions again = complete(*backend, request);
  for (std::size_t k = 0; k < 4; ++k) CHECK(same(again[k], right[k]));
}

TEST_CASE("draws in a batch are those of one row at a time") {
  const at::Tensor logits = at::randn({5, 1700}, at::kFloat) * 3;
  const std::vector<Sampling> samplings = {{.temperature = 0},
                                           {.temperature = 1},
                                           {.temperature = 0.4},
                                           {.temperature = 0.9, .top_k = 7},
                                           {.temperature = 1.2, .top_p = 0.8},
                                           {.temperature = 0.7, .top_p = 0.95, .top_k = 40},
                                           {.temperature = 1, .top_p = 1e-9}};
  for (const double penalty : {1.0, 1.3})
    for (std::size_t mix = 0; mix <= samplings.size(); ++mix) {  // each alone, then all of them together
      std::vector<Draw> draws;
      for (std::uint64_t i = 0; i < 200; ++i) {
        const std::size_t kind = mix < samplings.size() ? mix : i % samplings.size();
        draws.push_back({static_cast<std::int64_t>(i % 5), &samplings[kind], draw_uniform({31, 32}, i), {}});
        if (penalty != 1.0) draws.back().seen = {0, static_cast<std::int32_t>(i % 400)};
        if (draws.back().seen == std::vector<std::int32_t>{0, 0}) draws.back().seen = {0};
      }
      const auto one_by_one = draw_tokens(logits, draws, penalty),
                 batched = draw_tokens_batched(logits, draws, penalty);
      for (std::size_t i = 0; i < draws.size(); ++i) {
        CAPTURE(penalty);
        CAPTURE(mix);
        CAPTURE(i);
        CHECK(batched[i].token == one_by_one[i].token);
        CHECK(batched[i].logprob == doctest::Approx(one_by_one[i].logprob).epsilon(1e-5));
      }
    }
}

TEST_CASE("temperature zero decodes what transformers decodes") {
  for (const std::string& name : golden_models()) {
    const auto expected = golden_json(name + "/expected.json");
    const auto folder = golden(name);
    Decoder decoder(
        std::make_shared<Weights>(Weights::read(TensorFolder(folder), read_config(folder), at::kCPU, at::kFloat)));
    Sequence sequence(decoder.cache());
    const auto tokens = expected.at("tokens").get<std::vector<std::int32_t>>();
    std::vector<std::int32_t> next(tokens.begin(), tokens.begin() + 20), made;
    for (int i = 0; i < 24; ++i) {
      const Feed feed{&sequence, next};
      const std::int64_t last = static_cast<std::int64_t>(next.size()) - 1;
      const at::Tensor logits = decoder.logits(decoder.read({&feed, 1}), {&last, 1});
      const std::span<const float> row(logits.const_data_ptr<float>(), static_cast<std::size_t>(logits.size(1)));
      made.push_back(draw_token(row, {.temperature = 0}, 0).token);
      next = {made.back()};
    }
    CHECK(made == expected.at("greedy").get<std::vector<std::int32_t>>());
  }
}
