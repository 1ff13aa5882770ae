#include "models/decode/model.hpp"

#include <doctest/doctest.h>

#include "fresh_model.hpp"

using namespace espalier;
using namespace espalier::models;

TEST_CASE("a checkpoint that was learned from another keeps its generation defaults") {
  const TemporaryFolder base, tuned;
  fresh_backend()->trunk()->save(base.path());
  auto defaults = JsonFile(base.path() / "generation_config.json").root();
  CHECK(defaults.at("temperature") == 1.0);
  defaults.update({{"repetition_penalty", 1.1}, {"top_k", 20}, {"temperature", 0.7}, {"pad_token_id", 3}});
  write_json(base.path() / "generation_config.json", defaults);
  const auto read = Model::read(base.path(), {});
  CHECK(read->repetition_penalty() == 1.1);
  read->save(tuned.path());
  CHECK(JsonFile(tuned.path() / "generation_config.json").root() == defaults);
  CHECK(Model::read(tuned.path(), {})->repetition_penalty() == 1.1);
}

TEST_CASE("every change of weights is another version of them, for those that read them") {
  const auto backend = fresh_backend();
  const auto trunk = backend->trunk();
  const auto readings = small_readings(*trunk);
  const auto plain = trunk->attach({.token_logprob = true, .state_outputs = 1});
  const auto other = trunk->attach({.state_outputs = 1, .adaptation = ReaderSpec::Adaptation::lora});
  const auto changes = [](const Reader& reader, const auto& change) {
    const auto before = reader.version();
    change();
    return reader.version() != before;
  };
  const TemporaryFolder folder;
  const auto file = folder.path() / "state.safetensors";
  for (const auto& reader : {plain, other}) {
    const auto learner = trunk->train(reader, {});
    CHECK_FALSE(changes(*reader, [&] { learner->accumulate(readings, towards_one); }));
    CHECK(changes(*reader, [&] { learner->step(1.0); }));
    CHECK_FALSE(changes(*reader, [&] { learner->save(file); }));
    CHECK(changes(*reader, [&] { learner->restore(file); }));
    reader->save(folder.path());
    CHECK(changes(*reader, [&] { reader->load(folder.path()); }));
    CHECK_FALSE(changes(*reader, [&] { reader->read(readings); }));
  }
  // The trunk's weights are read by all of them.
  const auto trainer = trunk->train(nullptr, {});
  trainer->accumulate_language(readings);
  CHECK(changes(*plain, [&] { trainer->step(1.0); }));
  CHECK(changes(*other, [&] { trainer->accumulate_language(readings), trainer->step(1.0); }));
}
