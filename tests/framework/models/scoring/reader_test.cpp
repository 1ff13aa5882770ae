#include "models/scoring/reader.hpp"

#include <doctest/doctest.h>

#include <map>

#include "fresh_model.hpp"
#include "models/scoring/trunk.hpp"

using namespace espalier;
using namespace espalier::models;

namespace {

using Adaptation = ReaderSpec::Adaptation;

ReaderSpec adapted(Adaptation adaptation, std::vector<std::int32_t> own_tokens = {}) {
  ReaderSpec spec{.token_logprob = true, .state_outputs = 2, .embedding_outputs = 1, .adaptation = adaptation};
  spec.lora = {.rank = 3, .alpha = 6, .projections = {}};
  spec.own_tokens = std::move(own_tokens);
  spec.head_deviation = 1.0;
  spec.key = {1, 1};
  return spec;
}

Reading reading_of(const Trunk& trunk, std::int32_t last = -1) {
  Reading reading{trunk.encode("Ben has 3 beads ; Mia has 4 more than Ben ."), {}};
  if (last >= 0) reading.tokens.push_back(last);
  for (std::int32_t at = 0; at < std::ssize(reading.tokens); ++at) reading.at.push_back(at);
  return reading;
}

// Changes everything that is the reader's own, away from where it began.
void disturb(Reader& reader) {
  auto& own = dynamic_cast<TransformerReader&>(reader);
  std::uint64_t number = 0;
  for (const auto& parameter : own.own()) {
    const at::Tensor noise = at::empty(parameter.tensor.sizes(), at::kFloat);
    fill_normal(noise, Key{7, 7}.child(number++), 0.1);
    parameter.tensor.add_(noise);
  }
  own.changed();
}

std::vector<std::pair<const char*, ReaderSpec>> every_kind(const Trunk& trunk) {
  const std::int32_t step = trunk.token("</step>").value(), spare = trunk.spare_token();
  return {{"none", adapted(Adaptation::none)}, {"own tokens", adapted(Adaptation::none, {spare, step})},
          {"lora", adapted(Adaptation::lora)}, {"lora with own tokens", adapted(Adaptation::lora, {spare, step})},
          {"full", adapted(Adaptation::full)}, {"full with own tokens", adapted(Adaptation::full, {spare})}};
}

}  // namespace

TEST_CASE("whatever a reader has for itself, it begins where the trunk is") {
  auto backend = fresh_backend();
  const auto trunk = backend->trunk();
  const Reading reading = reading_of(*trunk);
  const auto plain = trunk->attach(adapted(Adaptation::none))->read({&reading, 1});
  for (const auto& [name, spec] : every_kind(*trunk)) {
    CAPTURE(name);
    const auto reader = trunk->attach(spec);
    const auto outputs = reader->read({&reading, 1});
    REQUIRE(outputs.size() == plain.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) CHECK(outputs[i] == doctest::Approx(plain[i]).epsilon(1e-5));
    disturb(*reader);
    CHECK(reader->read({&reading, 1}) != outputs);
    CHECK(trunk->attach(adapted(Adaptation::none))->read({&reading, 1}) == plain);
  }
}

TEST_CASE("only readers that read something else have a cache of their own; the trunk's weights exist once") {
  auto backend = fresh_backend();
  const auto trunk = backend->trunk();
  for (const auto& [name, spec] : every_kind(*trunk)) {
    CAPTURE(name);
    const auto reader = std::dynamic_pointer_cast<TransformerReader>(trunk->attach(spec));
    CHECK((&reader->decoder() == &backend->model().decoder()) == (std::string(name) == "none"));
    const bool full = spec.adaptation == Adaptation::full;
    CHECK(reader->has_copy() == full);
    CHECK(reader->weights().embedding.is_same(backend->model().weights().embedding) != full);
  }
}

TEST_CASE("a low-rank update is the product added to the matrix") {
  auto backend = fresh_backend();
  const auto trunk = backend->trunk();
  const Reading reading = reading_of(*trunk);
  for (const std::vector<std::string>& projections :
       {std::vector<std::string>{}, {"q"}, {"k", "up"}, {"v", "o"}, {"gate", "down"}}) {
    ReaderSpec spec = adapted(Adaptation::lora);
    spec.lora.projections = projections;
    const auto lora = std::dynamic_pointer_cast<TransformerReader>(trunk->attach(spec));
    const auto full = std::dynamic_pointer_cast<TransformerReader>(trunk->attach(adapted(Adaptation::full)));
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
    const auto a = lora->read({&reading, 1}), b = full->read({&reading, 1});
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-4));
  }
}

TEST_CASE("adapted readers give the same numbers alone, in a batch, and after a known prefix") {
  auto backend = fresh_backend();
  const auto trunk = backend->trunk();
  std::vector<Reading> readings;
  Random random({31, 32});
  std::vector<std::int32_t> tokens;
  for (int i = 0; i < 30; ++i) {
    if (i % 10 == 0) tokens = trunk->encode(small_texts()[static_cast<std::size_t>(i)]);
    for (int k = 0; k < 9; ++k) tokens.push_back(static_cast<std::int32_t>(random.between(0, 200)));
    readings.push_back(
        {tokens, {std::max(0, static_cast<int>(tokens.size()) - 9), static_cast<int>(tokens.size()) - 1}});
  }
  for (const auto& [name, spec] : every_kind(*trunk)) {
    CAPTURE(name);
    const auto together = trunk->attach(spec), growing = trunk->attach(spec);
    disturb(*together);
    disturb(*growing);
    const auto at_once = together->read(readings);
    const std::size_t each = 2 * static_cast<std::size_t>(together->outputs());
    for (std::size_t i = 0; i < readings.size(); ++i) {
      const std::vector<float> expected(at_once.begin() + static_cast<std::ptrdiff_t>(i * each),
                                        at_once.begin() + static_cast<std::ptrdiff_t>((i + 1) * each));
      CHECK(growing->read({&readings[i], 1}) == expected);  // its prefix was read just before
      std::dynamic_pointer_cast<TransformerReader>(growing)->decoder().cache().forget();
      CHECK(growing->read({&readings[i], 1}) == expected);
    }
  }
}

TEST_CASE("own tokens mean something to their reader alone") {
  auto backend = fresh_backend();
  const auto trunk = backend->trunk();
  const std::int32_t spare = trunk->spare_token();
  const Reading reading = reading_of(*trunk, spare);
  ReaderSpec spec = adapted(Adaptation::none, {spare});
  spec.token_logprob = false;
  const auto reader = trunk->attach(spec);
  const auto before = reader->read({&reading, 1});
  CHECK(reader->parameters() == 64 + 3 * (64 + 1));
  const auto own = std::dynamic_pointer_cast<TransformerReader>(reader)->adapter();
  own->rows.mul_(-1);
  std::dynamic_pointer_cast<TransformerReader>(reader)->changed();
  const auto after = reader->read({&reading, 1});
  // Positions before the token do not see it.
  CHECK(std::equal(before.begin(), before.end() - 3, after.begin()));
  CHECK(before.back() != after.back());
  CHECK_THROWS_WITH_AS(trunk->attach(adapted(Adaptation::none))->read({&reading, 1}),
                       doctest::Contains("which is not in the vocabulary"), std::invalid_argument);
  const auto scored = trunk->attach(adapted(Adaptation::none, {spare}));
  CHECK_THROWS_WITH_AS(scored->read({&reading, 1}), doctest::Contains("has no log-probability"), std::invalid_argument);
}

TEST_CASE("training the trunk is seen by readers with low-rank updates, but not by copies") {
  auto backend = fresh_backend();
  const auto trunk = backend->trunk();
  const Reading reading = reading_of(*trunk);
  for (const auto& [name, spec] : every_kind(*trunk)) {
    CAPTURE(name);
    const auto reader = trunk->attach(spec);
    const auto before = reader->read({&reading, 1});
    const auto trainer = trunk->train(nullptr, {});
    trainer->accumulate_language({&reading, 1});
    trainer->step(1.0);
    CHECK((reader->read({&reading, 1}) == before) == (spec.adaptation == Adaptation::full));
  }
}

TEST_CASE("what is a reader's own survives being saved") {
  auto backend = fresh_backend();
  const auto trunk = backend->trunk();
  const Reading reading = reading_of(*trunk);
  for (const auto& [name, spec] : every_kind(*trunk)) {
    CAPTURE(name);
    const TemporaryFolder folder;
    const auto reader = trunk->attach(spec), other = trunk->attach(spec);
    disturb(*reader);
    reader->save(folder.path());
    other->read({&reading, 1});  // so that there is something to forget
    other->load(folder.path());
    CHECK(other->read({&reading, 1}) == reader->read({&reading, 1}));
  }
}

TEST_CASE("a folder that does not fit the reader is refused as a whole") {
  auto backend = fresh_backend();
  const auto trunk = backend->trunk();
  const Reading reading = reading_of(*trunk);
  const TemporaryFolder folder;
  const auto saved = trunk->attach(adapted(Adaptation::lora, {5}));
  disturb(*saved);
  saved->save(folder.path());
  const auto refused = [&](ReaderSpec spec, const char* complaint) {
    CAPTURE(complaint);
    const auto reader = trunk->attach(spec);
    const auto before = reader->read({&reading, 1});
    CHECK_THROWS_WITH_AS(reader->load(folder.path()), doctest::Contains(complaint), std::runtime_error);
    CHECK(reader->read({&reading, 1}) == before);
  };
  ReaderSpec spec = adapted(Adaptation::lora, {5});
  spec.lora.rank = 4;
  refused(spec, "`r` is 3, but the reader has rank 4");
  spec.lora = {.rank = 3, .alpha = 5, .projections = {}};
  refused(spec, "`lora_alpha` is 6.0, but the reader has alpha 5.0");
  spec.lora = {.rank = 3, .alpha = 6, .projections = {"q"}};
  refused(spec, "`target_modules` is");
  refused(adapted(Adaptation::lora, {6}), "`trainable_token_indices` is [5], but the reader's own tokens are [6]");
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

TEST_CASE("impossible readers are refused") {
  auto backend = fresh_backend();
  const auto trunk = backend->trunk();
  const auto refused = [&](const ReaderSpec& spec, const char* complaint) {
    CHECK_THROWS_WITH_AS(trunk->attach(spec), doctest::Contains(complaint), std::invalid_argument);
  };
  ReaderSpec spec = adapted(Adaptation::lora);
  spec.lora.rank = 0;
  refused(spec, "must be at least 1, got 0");
  spec.lora = {.rank = 2, .alpha = 2, .projections = {"q", "qkv"}};
  refused(spec, "unknown projection \"qkv\"");
  refused(adapted(Adaptation::none, {trunk->spare_token() + 1}), "cannot be a reader's own");
  refused(adapted(Adaptation::none, {3, 3}), "twice");
}

TEST_CASE("reads of one reader are answered together, and an impossible one alone fails") {
  auto backend = fresh_backend();
  const auto trunk = backend->trunk();
  const auto one = trunk->attach(adapted(Adaptation::none)), two = trunk->attach(adapted(Adaptation::lora));
  const Reading good = reading_of(*trunk);
  Reading bad = good;
  bad.at = {999};
  const Reader* const readers[] = {one.get(), two.get(), one.get(), one.get(), two.get()};
  for (Ticket ticket = 0; ticket < 5; ++ticket) {
    ReadWork work{readers[ticket], {good}};
    if (ticket == 2) work.readings.push_back(bad);
    if (ticket == 3) work.readings.push_back(good);
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
  const std::vector<Reading> twice = {good, good};
  CHECK(outputs(3) == one->read(twice));
}
