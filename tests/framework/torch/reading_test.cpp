#include "neural/reading.hpp"

#include <doctest/doctest.h>

#include "fresh_model.hpp"
#include "neural/safetensors.hpp"
#include "neural/trunk.hpp"

using namespace espalier;
using namespace espalier::neural;

TEST_CASE("log-probabilities of tokens are those of transformers") {
  for (const std::string name : {"llama", "qwen2", "qwen3"}) {
    const auto folder = golden("models/" + name);
    const auto tokens = golden_json("models/" + name + "/expected.json").at("tokens").get<std::vector<std::int32_t>>();
    const at::Tensor expected = TensorFolder::of_file(folder / "expected.safetensors").read("logprobs");
    Decoder decoder(std::make_shared<Weights>(Weights::read(folder, read_config(folder), at::kCPU, at::kFloat)));
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

TEST_CASE("readings do not depend on their neighbours or on what was read before") {
  auto backend = fresh_backend();
  const auto trunk = backend->trunk();
  std::vector<Reading> readings;
  Random random({31, 32});
  std::vector<std::int32_t> transcript;
  for (int i = 0; i < 60; ++i) {
    // Transcripts grow from one another, as the nodes of a tree do.
    if (i % 10 == 0) transcript = trunk->encode(small_texts()[static_cast<std::size_t>(i)]);
    for (int k = 0; k < 9; ++k) transcript.push_back(static_cast<std::int32_t>(random.between(0, 200)));
    Reading reading{transcript, {}, {}};
    for (std::int32_t at = i % 10 == 0 ? 0 : 20; at < std::ssize(transcript); at += 1 + i % 3) reading.at.push_back(at);
    readings.push_back(std::move(reading));
  }
  for (const auto output : {ReaderSpec::Output::token_logprob, ReaderSpec::Output::linear}) {
    const auto reader = trunk->attach({.output = output, .outputs = 3, .key = {1, 1}});
    const auto width = static_cast<std::size_t>(reader->outputs());
    CHECK(width == (output == ReaderSpec::Output::linear ? 3 : 1));
    const auto at_once = reader->read(readings);
    std::size_t start = 0;
    for (std::size_t i = 0; i < readings.size(); ++i) {
      auto fresh = fresh_backend();
      const auto alone =
          fresh->trunk()->attach({.output = output, .outputs = 3, .key = {1, 1}})->read({&readings[i], 1});
      REQUIRE(alone.size() == readings[i].at.size() * width);
      CHECK(std::equal(alone.begin(), alone.end(), at_once.begin() + static_cast<std::ptrdiff_t>(start)));
      start += alone.size();
      CHECK(reader->read({&readings[i], 1}) == alone);  // with a remembered prefix
    }
    CHECK(start == at_once.size());
  }
}

TEST_CASE("a linear reader survives being saved, and impossible readings are refused") {
  auto backend = fresh_backend();
  const auto trunk = backend->trunk();
  const auto reader = trunk->attach({.output = ReaderSpec::Output::linear, .outputs = 2, .key = {1, 1}});
  const Reading reading{trunk->encode("Ben has 3 beads"), {0, 2}, {}};
  const TemporaryFolder folder;
  reader->save(folder.path());
  const auto other = std::dynamic_pointer_cast<TransformerReader>(
      trunk->attach({.output = ReaderSpec::Output::linear, .outputs = 2, .key = {2, 2}}));
  CHECK(other->read({&reading, 1}) != reader->read({&reading, 1}));
  other->load(folder.path());
  CHECK(other->read({&reading, 1}) == reader->read({&reading, 1}));

  const Reading outside{reading.tokens, {99}, {}};
  CHECK_THROWS_WITH_AS(reader->read({&outside, 1}), doctest::Contains("reading 0 wants position 99"),
                       std::invalid_argument);
  const Reading unknown{{1, 999'999}, {1}, {}};
  CHECK_THROWS_WITH_AS(reader->read({&unknown, 1}), doctest::Contains("has the token 999999"), std::invalid_argument);
}

TEST_CASE("a backend without weights says so") {
  BackendSpec spec;
  spec.architecture = small_config();
  spec.device = "cpu";
  const auto backend = std::make_shared<TransformerBackend>(spec);
  CHECK(backend->untrained());
  CHECK_THROWS_WITH_AS(backend->trunk()->encode("a"), doctest::Contains("has no weights yet"), std::logic_error);
  backend->initialise(small_texts(), {1, 2});
  CHECK_FALSE(backend->untrained());
  CHECK_FALSE(backend->trunk()->encode("Ben has").empty());
  CHECK_THROWS_AS(backend->initialise(small_texts(), {1, 2}), std::logic_error);
}

TEST_CASE("a saved trunk is a checkpoint that reads the same") {
  auto backend = fresh_backend();
  const TemporaryFolder folder;
  backend->trunk()->save(folder.path());
  BackendSpec spec;
  spec.checkpoint = folder.path();
  spec.device = "cpu";
  const auto again = std::make_shared<TransformerBackend>(spec);
  const Reading reading{backend->trunk()->encode("Ben has 3 beads ; Mia has 4"), {1, 2, 3, 4, 5}, {}};
  const ReaderSpec logprobs{.output = ReaderSpec::Output::token_logprob};
  CHECK(again->trunk()->attach(logprobs)->read({&reading, 1}) ==
        backend->trunk()->attach(logprobs)->read({&reading, 1}));
  const Chat chat{{{ChatMessage::Role::user, "Ben"}}};
  CHECK(again->trunk()->render(chat) == backend->trunk()->render(chat));
  CHECK(again->trunk()->end_token() == backend->trunk()->end_token());
  CHECK(again->trunk()->token("</step>") == backend->trunk()->token("</step>"));
  CHECK(again->trunk()->parameters() == backend->trunk()->parameters());
}
