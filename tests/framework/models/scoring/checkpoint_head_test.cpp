#include <doctest/doctest.h>

#include "fresh_model.hpp"
#include "models/checkpoint/checkpoint_heads.hpp"
#include "models/scoring/base_model.hpp"

using namespace espalier;
using namespace espalier::models;

namespace {

std::shared_ptr<TransformerBackend> published(const std::string& layout) {
  BackendSpec spec = fresh_spec();
  spec.checkpoint = golden("../published_reward/" + layout);
  return std::make_shared<TransformerBackend>(std::move(spec));
}

/// What a trainer computes where `read` is what is read.
std::vector<float> trained_outputs(BaseModel& base_model, const std::shared_ptr<ScoringHead>& head,
                                   const ModelInput& input, double learning_rate = 0) {
  std::vector<float> found;
  const auto trainer = base_model.train(head, {.learning_rate = learning_rate});
  trainer->accumulate({&input, 1}, [&](std::span<const float> outputs, std::span<float> gradient) {
    found.assign(outputs.begin(), outputs.end());
    return towards_one(outputs, gradient);
  });
  trainer->step(1);
  return found;
}

void check_close(std::span<const float> one, std::span<const float> other) {
  REQUIRE(one.size() == other.size());
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i] == doctest::Approx(other[i]).epsilon(1e-4));
}

}  // namespace

TEST_CASE("a checkpoint's heads are found by name, with their layers") {
  const auto told = [](const char* layout) {
    std::string all;
    for (const auto& head : published(layout)->base_model()->heads())
      all += head.name + ": " + std::to_string(head.layers) + " layers, " + std::to_string(head.outputs) + " outputs" +
             (head.bias ? ", bias" : "");
    return all;
  };
  CHECK(told("prm_trainer") == "score: 1 layers, 2 outputs, bias");
  CHECK(told("qwen_math_prm") == "score: 2 layers, 2 outputs, bias");
  CHECK(told("skywork_prm") == "v_head.summary: 1 layers, 1 outputs, bias");
  CHECK(told("sequence_classification") == "score: 1 layers, 1 outputs");
  CHECK(told("rlhflow").empty());
  CHECK(fresh_backend()->base_model()->heads().empty());
}

TEST_CASE("tensors beside the decoder belong to heads by their names") {
  CHECK(head_of_tensor("score.weight") == "score");
  CHECK(head_of_tensor("score.2.bias") == "score");
  CHECK(head_of_tensor("v_head.summary.weight") == "v_head.summary");
  CHECK(head_of_tensor("model.norm.weight").empty());
  CHECK(head_of_tensor("lm_head.weight").empty());
  CHECK(head_of_tensor("score").empty());
}

TEST_CASE("a checkpoint's head is copied: one is trained and saved, the next begins as it was published") {
  const auto backend = published("qwen_math_prm");
  const auto base_model = backend->base_model();
  const ModelInput input = whole(base_model->encode("Mia: 3 + 4 = 7 beads."), 3);
  const ScoringHeadSpec spec{.checkpoint_head = "score"};
  const auto head = base_model->attach(spec);
  REQUIRE(head->outputs() == 2);
  const auto before = head->read({&input, 1});
  check_close(trained_outputs(*base_model, head, input, 0.1), before);
  CHECK(head->read({&input, 1}) != before);
  CHECK(base_model->attach(spec)->read({&input, 1}) == before);
  const TemporaryFolder folder;
  head->save(folder.path());
  const auto again = base_model->attach(spec);
  again->load(folder.path());
  CHECK(again->read({&input, 1}) == head->read({&input, 1}));
}

TEST_CASE("choices are the log-probabilities of tokens that are not there yet") {
  const auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const auto tokens = base_model->encode("Ben has 3 beads ; Mia has 4 more than Ben .");
  const ModelInput input = whole(tokens);
  const std::int32_t choices[] = {tokens[1], 7};
  const auto head = base_model->attach(
      {.token_logprob = true, .choice_tokens = {choices[0], choices[1]}, .state_outputs = 1, .key = {1, 1}});
  REQUIRE(head->outputs() == 4);
  const auto outputs = head->read({&input, 1});
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    for (std::size_t choice = 0; choice < 2; ++choice) {
      ModelInput said{{tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(at) + 1}, {}};
      said.tokens.push_back(choices[choice]);
      said.at = {static_cast<std::int32_t>(at) + 1};
      CHECK(base_model->attach({.token_logprob = true})->read({&said, 1}).front() ==
            doctest::Approx(outputs[4 * at + 1 + choice]).epsilon(1e-5));
    }
  }
  CHECK(outputs[4 * 0 + 1] == outputs[4 * 1]);
  check_close(trained_outputs(*base_model, head, input), outputs);
  // Where nothing else is wanted, one position alone is read.
  ModelInput last{tokens, {static_cast<std::int32_t>(tokens.size()) - 1}};
  const auto alone = base_model->attach({.choice_tokens = {choices[1]}});
  CHECK(alone->read({&last, 1}).front() == outputs[outputs.size() - 2]);
}

TEST_CASE("heads and choices that are not there are refused") {
  const auto with = published("qwen_math_prm")->base_model();
  const auto without = fresh_backend()->base_model();
  const auto refused = [](BaseModel& base_model, const ScoringHeadSpec& spec, const char* complaint) {
    CHECK_THROWS_WITH_AS(base_model.attach(spec), doctest::Contains(complaint), std::invalid_argument);
  };
  refused(*with, {.checkpoint_head = "v_head"}, "the checkpoint has no head `v_head`; it has score");
  refused(*without, {.checkpoint_head = "score"}, "the checkpoint has no head `score`; it has none");
  refused(*with, {.state_outputs = 1, .checkpoint_head = "score"}, "either the checkpoint's head on states or a fresh");
  refused(*without, {.choice_tokens = {-1}}, "the token -1, which is not in the vocabulary");
  refused(*without, {.choice_tokens = {1 << 24}}, "which is not in the vocabulary");
}
