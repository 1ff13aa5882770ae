#include "models/scoring/scoring_pass.hpp"

#include <doctest/doctest.h>

#include "fresh_model.hpp"
#include "models/checkpoint/safetensors.hpp"
#include "models/scoring/base_model.hpp"

using namespace espalier;
using namespace espalier::models;

namespace {

ScoringHeadSpec every_output() {
  return {.token_logprob = true, .state_outputs = 2, .embedding_outputs = 1, .key = {1, 1}};
}

}  // namespace

TEST_CASE("log-probabilities of tokens are those of transformers") {
  for (const std::string& name : golden_models()) {
    const auto folder = golden(name);
    const auto tokens = golden_json(name + "/expected.json").at("tokens").get<std::vector<std::int32_t>>();
    const at::Tensor expected = TensorFolder::of_file(folder / "expected.safetensors").read("logprobs");
    Decoder decoder(
        std::make_shared<Weights>(Weights::read(TensorFolder(folder), read_config(folder), at::kCPU, at::kFloat)));
    Sequence sequence(decoder.cache());
    const Feed feed{&sequence, tokens};
    std::vector<std::int64_t> rows;
    std::vector<std::int32_t> targets;
    for (std::size_t i = 1; i < tokens.size(); ++i)
      rows.push_back(static_cast<std::int64_t>(i) - 1), targets.push_back(tokens[i]);
    const auto logprobs = token_logprobs(decoder, decoder.read({&feed, 1}), rows, targets);
    for (std::size_t i = 0; i < logprobs.size(); ++i)
      CHECK(logprobs[i] == doctest::Approx(expected[static_cast<std::int64_t>(i) + 1].item<float>()).epsilon(1e-4));
  }
}

TEST_CASE("inputs do not depend on their neighbours or on what was read before") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  std::vector<ModelInput> inputs;
  Random random({31, 32});
  std::vector<std::int32_t> transcript;
  for (int i = 0; i < 60; ++i) {
    // Transcripts grow from one another, as the nodes of a tree do.
    if (i % 10 == 0) transcript = base_model->encode(small_texts()[static_cast<std::size_t>(i) / 2]);
    for (int k = 0; k < 9; ++k) transcript.push_back(static_cast<std::int32_t>(random.between(0, 200)));
    ModelInput input{transcript, {}};
    for (std::int32_t at = i % 10 == 0 ? 0 : 20; at < std::ssize(transcript); at += 1 + i % 3) input.at.push_back(at);
    inputs.push_back(std::move(input));
  }
  const ScoringHeadSpec specs[] = {{.token_logprob = true},
                                   {.state_outputs = 3, .key = {1, 1}},
                                   {.embedding_outputs = 2, .key = {1, 1}},
                                   every_output()};
  for (const ScoringHeadSpec& spec : specs) {
    const auto scoring_head = attach_drawn(*base_model, spec);
    const auto width = static_cast<std::size_t>(scoring_head->outputs());
    REQUIRE(width == (spec.token_logprob ? 1 : 0) + spec.state_outputs + spec.embedding_outputs);
    const auto at_once = scoring_head->read(inputs);
    std::size_t start = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      auto fresh = fresh_backend();
      const auto alone = attach_drawn(*fresh->base_model(), spec)->read({&inputs[i], 1});
      REQUIRE(alone.size() == inputs[i].at.size() * width);
      CHECK(std::equal(alone.begin(), alone.end(), at_once.begin() + static_cast<std::ptrdiff_t>(start)));
      start += alone.size();
      CHECK(scoring_head->read({&inputs[i], 1}) == alone);  // with a remembered prefix
    }
    CHECK(start == at_once.size());
  }
}

TEST_CASE("columns of outputs are those of scoring heads that give one thing each") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const ModelInput input{base_model->encode("Ben has 3 beads ; Mia has 4"), {0, 2, 5}};
  const auto all = attach_drawn(*base_model, every_output())->read({&input, 1});
  REQUIRE(all.size() == 3 * 4);
  ScoringHeadSpec only_logprob, only_state = every_output(), only_embedding = every_output();
  only_logprob.token_logprob = true;
  only_state.token_logprob = only_embedding.token_logprob = false;
  only_state.embedding_outputs = only_embedding.state_outputs = 0;
  const auto logprobs = attach_drawn(*base_model, only_logprob)->read({&input, 1}),
             states = attach_drawn(*base_model, only_state)->read({&input, 1}),
             embeddings = attach_drawn(*base_model, only_embedding)->read({&input, 1});
  CHECK(logprobs[0] == 0);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(all[4 * i] == logprobs[i]);
    CHECK(all[4 * i + 1] == states[2 * i]);
    CHECK(all[4 * i + 2] == states[2 * i + 1]);
    CHECK(all[4 * i + 3] == embeddings[i]);
    // By hand: the embedding scaled to root mean square 1, times the head.
    const at::Tensor row = backend->model().weights().embedding[input.tokens[static_cast<std::size_t>(input.at[i])]];
    const auto scoring_head = attach_drawn(*base_model, only_embedding);
    const at::Tensor product = (row / row.square().mean().sqrt() * scoring_head->head().embedding.weight[0]).sum();
    CHECK(embeddings[i] == doctest::Approx(product.item<float>()).epsilon(1e-5));
  }
}

TEST_CASE("heads begin at zero") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const ModelInput input{base_model->encode("Ben has 3 beads"), {0, 2}};
  const auto zero = base_model->attach({.state_outputs = 2, .embedding_outputs = 1, .key = {1, 1}});
  CHECK(zero->parameters() == 3 * (64 + 1));
  for (const float output : zero->read({&input, 1})) CHECK(output == 0);
}

TEST_CASE("heads survive being saved; impossible scoring heads and inputs are refused") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const auto scoring_head = attach_drawn(*base_model, every_output());
  const ModelInput input{base_model->encode("Ben has 3 beads"), {0, 2}};
  const TemporaryFolder folder;
  scoring_head->save(folder.path());
  ScoringHeadSpec spec = every_output();
  spec.key = {2, 2};
  const auto other = attach_drawn(*base_model, spec);
  CHECK(other->read({&input, 1}) != scoring_head->read({&input, 1}));
  other->load(folder.path());
  CHECK(other->read({&input, 1}) == scoring_head->read({&input, 1}));
  spec.state_outputs = 5;
  CHECK_THROWS_WITH_AS(attach_drawn(*base_model, spec)->load(folder.path()),
                       doctest::Contains("`state.weight` has shape"), std::runtime_error);
  CHECK_THROWS_WITH_AS(base_model->attach({}), doctest::Contains("a scoring head needs outputs"),
                       std::invalid_argument);

  const ModelInput outside{input.tokens, {99}};
  CHECK_THROWS_WITH_AS(scoring_head->read({&outside, 1}), doctest::Contains("reading 0 wants position 99"),
                       std::invalid_argument);
  const ModelInput unknown{{1, 999'999}, {1}};
  CHECK_THROWS_WITH_AS(scoring_head->read({&unknown, 1}), doctest::Contains("has the token 999999"),
                       std::invalid_argument);
}

TEST_CASE("a backend without weights says so") {
  BackendSpec spec;
  spec.architecture = small_config();
  spec.device = "cpu";
  const auto backend = std::make_shared<TransformerBackend>(spec);
  CHECK(backend->untrained());
  CHECK_THROWS_WITH_AS(backend->base_model()->encode("a"), doctest::Contains("has no weights yet"), std::logic_error);
  backend->initialise(small_texts(), {1, 2});
  CHECK_FALSE(backend->untrained());
  CHECK_FALSE(backend->base_model()->encode("Ben has").empty());
  CHECK_THROWS_AS(backend->initialise(small_texts(), {1, 2}), std::logic_error);
}

TEST_CASE("a saved base model is a checkpoint that reads the same") {
  auto backend = fresh_backend();
  const TemporaryFolder folder;
  backend->base_model()->save(folder.path());
  BackendSpec spec;
  spec.checkpoint = folder.path();
  spec.device = "cpu";
  const auto again = std::make_shared<TransformerBackend>(spec);
  const ModelInput input{backend->base_model()->encode("Ben has 3 beads ; Mia has 4"), {1, 2, 3, 4, 5}};
  const ScoringHeadSpec logprobs{.token_logprob = true};
  CHECK(again->base_model()->attach(logprobs)->read({&input, 1}) ==
        backend->base_model()->attach(logprobs)->read({&input, 1}));
  const Chat chat{{{ChatMessage::Role::user, "Ben"}}};
  CHECK(again->base_model()->render(chat) == backend->base_model()->render(chat));
  CHECK(again->base_model()->end_token() == backend->base_model()->end_token());
  CHECK(again->base_model()->token("</step>") == backend->base_model()->token("</step>"));
  CHECK(again->base_model()->parameters() == backend->base_model()->parameters());
  CHECK(again->base_model()->context() == 512);
  CHECK(again->base_model()->spare_token() == backend->model().tokenizer().size());

  const auto facts = transformer_facts(spec);
  CHECK(facts.base_model);
  CHECK(facts.parameters == backend->base_model()->parameters());
  CHECK(facts.weight_bytes == 4.0 * static_cast<double>(facts.parameters));
  CHECK(facts.bytes_per_token == 4.0 * 2 * 2 * 2 * 24);
  CHECK(facts.flops_per_token == doctest::Approx(2.0 * static_cast<double>(facts.parameters)).epsilon(0.05));
  spec.checkpoint = folder.path() / "elsewhere";
  CHECK(transformer_facts(spec).parameters == 0);
}

TEST_CASE("random weights need no more of a checkpoint than its shape and its tokenizer") {
  const TemporaryFolder folder;
  fresh_backend()->base_model()->save(folder.path());
  std::filesystem::remove(folder.path() / "model.safetensors");
  const auto embedding = [&](std::optional<Key> drawn) {
    BackendSpec spec;
    spec.checkpoint = folder.path();
    spec.drawn = drawn;
    spec.device = "cpu";
    return TransformerBackend(spec).model().weights().embedding;
  };
  CHECK_THROWS_AS(embedding({}), CheckpointError);
  CHECK(at::equal(embedding(Key{1, 2}), embedding(Key{1, 2})));
  CHECK_FALSE(at::equal(embedding(Key{1, 2}), embedding(Key{1, 3})));
}

TEST_CASE("every fresh vocabulary has the separator of process reward models") {
  BackendSpec spec;
  spec.architecture = small_config();
  spec.vocabulary = {.size = 600, .least_count = 2};
  spec.device = "cpu";
  const auto backend = std::make_shared<TransformerBackend>(spec);
  backend->initialise(small_texts(), {1, 2});
  CHECK(backend->base_model()->token("</step>").has_value());
  CHECK(backend->base_model()->token("</step>") == fresh_backend()->base_model()->token("</step>"));
}
