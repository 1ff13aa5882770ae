#include "models/scoring/scoring_head.hpp"

#include <doctest/doctest.h>

#include <map>

#include "fresh_model.hpp"
#include "models/scoring/base_model.hpp"

using namespace espalier;
using namespace espalier::models;

namespace {

using Adaptation = ScoringHeadSpec::Adaptation;

ScoringHeadSpec adapted(Adaptation adaptation, std::vector<std::int32_t> own_tokens = {}) {
  ScoringHeadSpec spec{.token_logprob = true, .state_outputs = 2, .embedding_outputs = 1, .adaptation = adaptation};
  spec.lora = {.rank = 3, .alpha = 6, .projections = {}};
  spec.own_tokens = std::move(own_tokens);
  spec.key = {1, 1};
  return spec;
}

ModelInput input_of(const BaseModel& base_model, std::int32_t last = -1) {
  ModelInput input{base_model.encode("Ben has 3 beads ; Mia has 4 more than Ben ."), {}};
  if (last >= 0) input.tokens.push_back(last);
  for (std::int32_t at = 0; at < std::ssize(input.tokens); ++at) input.at.push_back(at);
  return input;
}

// Changes everything that is the scoring head's own, away from where it began.
void disturb(ScoringHead& scoring_head) {
  auto& own = dynamic_cast<TransformerScoringHead&>(scoring_head);
  std::uint64_t number = 0;
  for (const auto& parameter : own.own()) {
    const at::Tensor noise = at::empty(parameter.tensor.sizes(), at::kFloat);
    fill_normal(noise, Key{7, 7}.child(number++), 0.1);
    parameter.tensor.add_(noise);
  }
  own.changed();
}

std::vector<std::pair<const char*, ScoringHeadSpec>> every_kind(const BaseModel& base_model) {
  const std::int32_t step = base_model.token("</step>").value(), spare = base_model.spare_token();
  return {{"none", adapted(Adaptation::none)}, {"own tokens", adapted(Adaptation::none, {spare, step})},
          {"lora", adapted(Adaptation::lora)}, {"lora with own tokens", adapted(Adaptation::lora, {spare, step})},
          {"full", adapted(Adaptation::full)}, {"full with own tokens", adapted(Adaptation::full, {spare})}};
}

}  // namespace

TEST_CASE("whatever a scoring head has for itself, it begins where the base model is") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const ModelInput input = input_of(*base_model);
  const auto plain = attach_drawn(*base_model, adapted(Adaptation::none))->read({&input, 1});
  for (const auto& [name, spec] : every_kind(*base_model)) {
    CAPTURE(name);
    const auto scoring_head = attach_drawn(*base_model, spec);
    const auto outputs = scoring_head->read({&input, 1});
    REQUIRE(outputs.size() == plain.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) CHECK(outputs[i] == doctest::Approx(plain[i]).epsilon(1e-5));
    disturb(*scoring_head);
    CHECK(scoring_head->read({&input, 1}) != outputs);
    CHECK(attach_drawn(*base_model, adapted(Adaptation::none))->read({&input, 1}) == plain);
  }
}

TEST_CASE(
    "only scoring heads that read something else have a cache of their own; the base model's weights exist once") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  for (const auto& [name, spec] : every_kind(*base_model)) {
    CAPTURE(name);
    const auto scoring_head = attach_drawn(*base_model, spec);
    CHECK((&scoring_head->decoder() == &backend->model().decoder()) == (std::string(name) == "none"));
    const bool full = spec.adaptation == Adaptation::full;
    CHECK(scoring_head->has_copy() == full);
    CHECK(scoring_head->weights().embedding.is_same(backend->model().weights().embedding) != full);
  }
}

TEST_CASE("a low-rank update is the product added to the matrix") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const ModelInput input = input_of(*base_model);
  for (const std::vector<std::string>& projections :
       {std::vector<std::string>{}, {"q"}, {"k", "up"}, {"v", "o"}, {"gate", "down"}}) {
    ScoringHeadSpec spec = adapted(Adaptation::lora);
    spec.lora.projections = projections;
    const auto lora = attach_drawn(*base_model, spec);
    const auto full = attach_drawn(*base_model, adapted(Adaptation::full));
    disturb(*lora);
    // The same heads, and W + scale * B A in place of W.
    for (std::size_t i = 0; i < lora->head().named().size(); ++i)
      full->head().named()[i].second.copy_(lora->head().named()[i].second);
    std::map<std::string, at::Tensor> matrices;
    for (const auto& [name, tensor] : full->weights().named()) matrices[name] = tensor;
    const auto parts = lora->adapter()->matrices();
    CHECK(parts.size() == 2 * 2 * (projections.empty() ? 7 : projections.size()));
    for (std::size_t i = 0; i < parts.size(); i += 2) {
      const auto& name = parts[i].first;
      matrices.at(name.substr(0, name.rfind('.')) + ".weight")
          .add_(at::mm(parts[i + 1].second, parts[i].second), lora->adapter()->scale);
    }
    full->changed();
    const auto a = lora->read({&input, 1}), b = full->read({&input, 1});
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-4));
  }
}

TEST_CASE("adapted scoring heads give the same numbers alone, in a batch, and after a known prefix") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  std::vector<ModelInput> inputs;
  Random random({31, 32});
  std::vector<std::int32_t> tokens;
  for (int i = 0; i < 30; ++i) {
    if (i % 10 == 0) tokens = base_model->encode(small_texts()[static_cast<std::size_t>(i)]);
    for (int k = 0; k < 9; ++k) tokens.push_back(static_cast<std::int32_t>(random.between(0, 200)));
    inputs.push_back({tokens, {std::max(0, static_cast<int>(tokens.size()) - 9), static_cast<int>(tokens.size()) - 1}});
  }
  for (const auto& [name, spec] : every_kind(*base_model)) {
    CAPTURE(name);
    const auto together = attach_drawn(*base_model, spec), growing = attach_drawn(*base_model, spec);
    disturb(*together);
    disturb(*growing);
    const auto at_once = together->read(inputs);
    const std::size_t each = 2 * static_cast<std::size_t>(together->outputs());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::vector<float> expected(at_once.begin() + static_cast<std::ptrdiff_t>(i * each),
                                        at_once.begin() + static_cast<std::ptrdiff_t>((i + 1) * each));
      CHECK(growing->read({&inputs[i], 1}) == expected);  // its prefix was read just before
      growing->decoder().cache().forget();
      CHECK(growing->read({&inputs[i], 1}) == expected);
    }
  }
}

TEST_CASE("own tokens mean something to their reader alone") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const std::int32_t spare = base_model->spare_token();
  const ModelInput input = input_of(*base_model, spare);
  ScoringHeadSpec spec = adapted(Adaptation::none, {spare});
  spec.token_logprob = false;
  const auto scoring_head = attach_drawn(*base_model, spec);
  const auto before = scoring_head->read({&input, 1});
  CHECK(scoring_head->parameters() == 64 + 3 * (64 + 1));
  const auto own = scoring_head->adapter();
  own->rows.mul_(-1);
  scoring_head->changed();
  const auto after = scoring_head->read({&input, 1});
  // Positions before the token do not see it.
  CHECK(std::equal(before.begin(), before.end() - 3, after.begin()));
  CHECK(before.back() != after.back());
  CHECK_THROWS_WITH_AS(attach_drawn(*base_model, adapted(Adaptation::none))->read({&input, 1}),
                       doctest::Contains("which is not in the vocabulary"), std::invalid_argument);
  const auto scored = attach_drawn(*base_model, adapted(Adaptation::none, {spare}));
  CHECK_THROWS_WITH_AS(scored->read({&input, 1}), doctest::Contains("has no log-probability"), std::invalid_argument);
}

TEST_CASE("training the base model is seen by scoring heads with low-rank updates, but not by copies") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const ModelInput input = input_of(*base_model);
  for (const auto& [name, spec] : every_kind(*base_model)) {
    CAPTURE(name);
    const auto scoring_head = attach_drawn(*base_model, spec);
    const auto before = scoring_head->read({&input, 1});
    const auto trainer = base_model->train(nullptr, {});
    trainer->accumulate_language({&input, 1});
    trainer->step(1.0);
    CHECK((scoring_head->read({&input, 1}) == before) == (spec.adaptation == Adaptation::full));
  }
}

TEST_CASE("what is a scoring head's own survives being saved") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const ModelInput input = input_of(*base_model);
  for (const auto& [name, spec] : every_kind(*base_model)) {
    CAPTURE(name);
    const TemporaryFolder folder;
    const auto scoring_head = attach_drawn(*base_model, spec), other = attach_drawn(*base_model, spec);
    disturb(*scoring_head);
    scoring_head->save(folder.path());
    other->read({&input, 1});  // so that there is something to forget
    other->load(folder.path());
    CHECK(other->read({&input, 1}) == scoring_head->read({&input, 1}));
  }
}

TEST_CASE("a folder that does not fit the scoring head is refused as a whole") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const ModelInput input = input_of(*base_model);
  const TemporaryFolder folder;
  const auto saved = attach_drawn(*base_model, adapted(Adaptation::lora, {5}));
  disturb(*saved);
  saved->save(folder.path());
  const auto refused = [&](ScoringHeadSpec spec, const char* complaint) {
    CAPTURE(complaint);
    const auto scoring_head = attach_drawn(*base_model, spec);
    const auto before = scoring_head->read({&input, 1});
    CHECK_THROWS_WITH_AS(scoring_head->load(folder.path()), doctest::Contains(complaint), std::runtime_error);
    CHECK(scoring_head->read({&input, 1}) == before);
  };
  ScoringHeadSpec spec = adapted(Adaptation::lora, {5});
  spec.lora.rank = 4;
  refused(spec, "`r` is 3, but the scoring head has rank 4");
  spec.lora = {.rank = 3, .alpha = 5, .projections = {}};
  refused(spec, "`lora_alpha` is 6.0, but the scoring head has alpha 5.0");
  spec.lora = {.rank = 3, .alpha = 6, .projections = {"q"}};
  refused(spec, "`target_modules` is");
  refused(adapted(Adaptation::lora, {6}),
          "`trainable_token_indices` is [5], but the scoring head's own tokens are [6]");
  refused(adapted(Adaptation::none, {5}), "`peft_type` is \"LORA\"");
  spec = adapted(Adaptation::lora, {5});
  spec.state_outputs = 4;
  refused(spec, "`state.weight` has shape");
  refused(adapted(Adaptation::full), "model.safetensors cannot be read: no such file");

  auto config = JsonFile(folder.path() / "adapter_config.json").root();
  config["use_dora"] = true;
  write_json(folder.path() / "adapter_config.json", config);
  refused(adapted(Adaptation::lora, {5}), "`use_dora` is on");
}

TEST_CASE("impossible scoring heads are refused") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const auto refused = [&](const ScoringHeadSpec& spec, const char* complaint) {
    CHECK_THROWS_WITH_AS(attach_drawn(*base_model, spec), doctest::Contains(complaint), std::invalid_argument);
  };
  ScoringHeadSpec spec = adapted(Adaptation::lora);
  spec.lora.rank = 0;
  refused(spec, "must be at least 1, got 0");
  spec.lora = {.rank = 2, .alpha = 2, .projections = {"q", "qkv"}};
  refused(spec, "unknown projection \"qkv\"");
  refused(adapted(Adaptation::none, {base_model->spare_token() + 1}), "cannot be a scoring head's own");
  refused(adapted(Adaptation::none, {3, 3}), "twice");
}

TEST_CASE("reads of one scoring head are answered together, and an impossible one alone fails") {
  auto backend = fresh_backend();
  const auto base_model = backend->base_model();
  const auto one = attach_drawn(*base_model, adapted(Adaptation::none)),
             two = attach_drawn(*base_model, adapted(Adaptation::lora));
  const ModelInput good = input_of(*base_model);
  ModelInput bad = good;
  bad.at = {999};
  const ScoringHead* const heads[] = {one.get(), two.get(), one.get(), one.get(), two.get()};
  for (Ticket ticket = 0; ticket < 5; ++ticket) {
    ScoringWork work{heads[ticket], {good}};
    if (ticket == 2) work.inputs.push_back(bad);
    if (ticket == 3) work.inputs.push_back(good);
    REQUIRE(backend->admit(ticket, work));
  }
  std::vector<Finished> finished;
  backend->step(finished);
  REQUIRE(finished.size() == 5);
  std::map<Ticket, Finished> by_ticket;
  for (auto& answer : finished) by_ticket[answer.ticket] = answer;
  const auto outputs = [&](Ticket ticket) { return std::get<std::vector<float>>(by_ticket.at(ticket).result); };
  CHECK(std::holds_alternative<std::exception_ptr>(by_ticket.at(2).result));
  CHECK(outputs(0) == one->read({&good, 1}));
  CHECK(outputs(1) == two->read({&good, 1}));
  CHECK(outputs(4) == outputs(1));
  const std::vector<ModelInput> twice = {good, good};
  CHECK(outputs(3) == one->read(twice));
}
