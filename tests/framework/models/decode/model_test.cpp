#include "models/decode/model.hpp"

#include <doctest/doctest.h>

#include "fresh_model.hpp"

using namespace espalier;
using namespace espalier::models;

TEST_CASE("a checkpoint that was learned from another keeps its generation defaults") {
  const TemporaryFolder base, tuned;
  fresh_backend()->base_model()->save(base.path());
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
  const auto base_model = backend->base_model();
  const auto inputs = small_inputs(*base_model);
  const auto plain = base_model->attach({.token_logprob = true, .state_outputs = 1});
  const auto other = base_model->attach({.state_outputs = 1, .adaptation = ScoringHeadSpec::Adaptation::lora});
  const auto changes = [](const ScoringHead& scoring_head, const auto& change) {
    const auto before = scoring_head.version();
    change();
    return scoring_head.version() != before;
  };
  const TemporaryFolder folder;
  const auto file = folder.path() / "state.safetensors";
  for (const auto& scoring_head : {plain, other}) {
    const auto learner = base_model->train(scoring_head, {});
    CHECK_FALSE(changes(*scoring_head, [&] { learner->accumulate(inputs, towards_one); }));
    CHECK(changes(*scoring_head, [&] { learner->step(1.0); }));
    CHECK_FALSE(changes(*scoring_head, [&] { learner->save(file); }));
    CHECK(changes(*scoring_head, [&] { learner->restore(file); }));
    scoring_head->save(folder.path());
    CHECK(changes(*scoring_head, [&] { scoring_head->load(folder.path()); }));
    CHECK_FALSE(changes(*scoring_head, [&] { scoring_head->read(inputs); }));
  }
  // The base model's weights are read by all of them.
  const auto trainer = base_model->train(nullptr, {});
  trainer->accumulate_language(inputs);
  CHECK(changes(*plain, [&] { trainer->step(1.0); }));
  CHECK(changes(*other, [&] { trainer->accumulate_language(inputs), trainer->step(1.0); }));
}
