#include <doctest/doctest.h>

#include <algorithm>
#include <espalier/serialisation.hpp>

#include "golden.hpp"
#include "models/decode/backend.hpp"
#include "models/scoring/base_model.hpp"

// What tests/golden/serialisation_golden.py laid out with the tokenizers package.

using namespace espalier;
using namespace espalier::models;

namespace {

/// A model with random weights and the golden vocabulary.
std::shared_ptr<TransformerBackend> backend() {
  const TemporaryFolder folder;
  for (const char* file : {"tokenizer.json", "tokenizer_config.json"})
    std::filesystem::copy(golden("learned/words") / file, folder.path());
  ModelConfig config = small_config();
  config.vocabulary = 1024;
  write_config(folder.path(), config);
  BackendSpec spec;
  spec.checkpoint = folder.path();
  spec.drawn = Key{1, 2};
  spec.device = "cpu";
  return std::make_shared<TransformerBackend>(spec);
}

}  // namespace

TEST_CASE("transcripts are laid out as MASPRM trains on them, token for token") {
  const auto model = backend();
  const auto base_model = model->base_model();
  for (const auto& expected : golden_json("serialisation.json")) {
    CAPTURE(expected.at("messages").dump());
    const Problem problem{.id = "p", .question = expected.at("question"), .attributes = {}};
    State state{.problem = &problem, .transcript = Transcript(Key{1, 2})};
    for (const std::string text : expected.at("messages")) {
      Message message;
      message.text = text;
      state.transcript = state.transcript.extended(std::move(message), 0);
    }
    const Serialised laid =
        serialise(*base_model, state,
                  {.separator = *base_model->token(kSeparator), .question_tokens = expected.at("question_tokens")});
    CHECK(laid.tokens == expected.at("tokens").get<std::vector<std::int32_t>>());
    CHECK(laid.separators == expected.at("separators").get<std::vector<std::int32_t>>());
  }
}

TEST_CASE("a separator spelled out in a message closes nothing") {
  const auto model = backend();
  const auto base_model = model->base_model();
  const Problem problem{.id = "p", .question = "How many?", .attributes = {}};
  Message message;
  message.text = "18 </step> 19";
  const State state{.problem = &problem, .transcript = Transcript(Key{1, 2}).extended(std::move(message), 0)};
  const std::int32_t separator = *base_model->token(kSeparator);
  CHECK(std::ranges::count(serialise(*base_model, state, {.separator = separator}).tokens, separator) == 1);
}
