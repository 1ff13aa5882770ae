#include "host/compose/factory.hpp"

#include <doctest/doctest.h>

#include <espalier/search.hpp>
#include <espalier/value_model.hpp>

#include "framework/host/test_plugins.hpp"
#include "host/compose/whole_tables.hpp"
#include "host/manifest/manifest.hpp"

using namespace espalier;
using namespace espalier::host;

namespace {

struct Job : Params {
  using Params::Params;
  std::shared_ptr<ValueModel> value = plugin<ValueModel>("value", "What scores.");
  int limit = field("limit", 10, "How many.", between(1, 100));
};

/// What a stage that ran leaves behind.
struct Leftover {
  static constexpr std::string_view kind = kStageReference;
  std::string stage;
};

struct Follow : Params {
  using Params::Params;
  std::shared_ptr<Leftover> from = plugin<Leftover>("from", "Which stage it follows.");
  std::shared_ptr<ValueModel> value = maybe_plugin<ValueModel>("value", "What scores.");
};

std::vector<StageRules> stage_rules() {
  return {{.name = "job",
           .defaults = {"value"},
           .check = [](Factory& factory, const Node& table,
                       DryPass& pass) { return factory.check<Job>(table, pass).resolution; },
           .product = [](const Node&) { return ValueModel::kind; }},
          {.name = "follow", .defaults = {}, .check = [](Factory& factory, const Node& table, DryPass& pass) {
             return factory.check<Follow>(table, pass).resolution;
           }}};
}

/// A manifest and all that is needed to compose it.
struct Bench {
  explicit Bench(std::string_view text, FactoryHooks hooks = {}, std::shared_ptr<ObjectPool> pool = nullptr)
      : root(parse_manifest(text, "m.toml", diagnostics)),
        catalog(test_catalog()),
        factory(whole_tables(root, stage_rules(), diagnostics), catalog, stage_rules(), std::move(hooks),
                std::move(pool)) {
    REQUIRE_MESSAGE(diagnostics.empty(), diagnostics.text());
  }

  std::string stage_mistakes(const std::string& name) {
    DryPass pass;
    static_cast<void>(factory.check_stage(name, pass));
    return pass.diagnostics.text();
  }

  Diagnostics diagnostics;
  Node root;
  Catalog catalog;
  Factory factory;
};

double mean_of(ValueModel& model) {
  const std::vector<State> states(1);
  return model.score(states).at(0).mean;
}

}  // namespace

TEST_CASE("a table becomes parameters with its children created") {
  Bench bench("[job]\nvalue = { type = \"constant\", mean = 3 }\n");
  const auto job = bench.factory.build<Job>(*bench.root.find("job"));
  CHECK(job.params.limit == 10);
  CHECK(mean_of(*job.params.value) == 3.0);
  DryPass pass;
  CHECK(bench.factory.check<Job>(*bench.root.find("job"), pass).params.value == nullptr);
}

TEST_CASE("shared objects are created once for their name, also across factories of one pool") {
  const auto pool = std::make_shared<ObjectPool>();
  const std::string text = "[values.v]\ntype = \"constant\"\nmean = 2\n[job]\nvalue = \"v\"\n";
  Bench bench(text, {}, pool);
  const auto first = bench.factory.build<Job>(*bench.root.find("job")).params.value;
  CHECK(bench.factory.build<Job>(*bench.root.find("job")).params.value == first);
  Bench same(text, {}, pool);
  CHECK(same.factory.build<Job>(*same.root.find("job")).params.value == first);
  Bench other("[values.v]\ntype = \"constant\"\nmean = 5\n[job]\nvalue = \"v\"\n", {}, pool);
  CHECK(mean_of(*other.factory.build<Job>(*other.root.find("job")).params.value) == 5.0);
}

TEST_CASE("a pool takes one kind from its lender and keeps the others to itself") {
  const auto lender = std::make_shared<ObjectPool>();
  const std::string text = "[values.v]\ntype = \"constant\"\nmean = 2\n[job]\nvalue = \"v\"\n";
  const auto made_in = [&](const std::shared_ptr<ObjectPool>& pool) {
    Bench bench(text, {}, pool);
    return bench.factory.build<Job>(*bench.root.find("job")).params.value;
  };
  const auto lent = made_in(std::make_shared<ObjectPool>(lender, "value_models"));
  CHECK(made_in(lender) == lent);
  CHECK(made_in(std::make_shared<ObjectPool>(lender, "language_models")) != lent);
}

TEST_CASE("a name hashes as what it stands for") {
  Bench named("[values.v]\ntype = \"constant\"\nmean = 2\n[job]\nvalue = \"v\"\n");
  Bench renamed("[values.w]\ntype = \"constant\"\nmean = 2\n[job]\nvalue = \"w\"\n");
  Bench inlined("[job]\nvalue = { type = \"constant\", mean = 2 }\n");
  Bench changed("[values.v]\ntype = \"constant\"\nmean = 3\n[job]\nvalue = \"v\"\n");
  const auto hash = [](Bench& bench) { return bench.factory.identify<Job>(*bench.root.find("job")).hash(); };
  CHECK(hash(named) == hash(renamed));
  CHECK(hash(named) == hash(inlined));
  CHECK(hash(named) != hash(changed));
}

TEST_CASE("children of children are composed, by name and in place") {
  Bench bench(
      "[values.one]\ntype = \"constant\"\nmean = 1\n[values.all]\ntype = \"sum\"\n"
      "parts = [\"one\", { type = \"constant\", mean = 2 }, \"one\"]\n[job]\nvalue = \"all\"\n");
  CHECK(mean_of(*bench.factory.build<Job>(*bench.root.find("job")).params.value) == 4.0);
}

TEST_CASE("backends become language models through the program, with an identity") {
  struct Model final : LanguageModel {
    std::vector<Completion> generate(const Request&) override { return {}; }
    int tokens(std::string_view) const override { return 42; }
    std::shared_ptr<BaseModel> base_model() override { return nullptr; }
  };
  std::vector<std::string> identities;
  FactoryHooks hooks;
  hooks.adapt = [&](Created created) -> std::shared_ptr<void> {
    if (created.kind != LanguageModel::kind) return created.object;
    identities.push_back(created.identity);
    return std::static_pointer_cast<LanguageModel>(std::make_shared<Model>());
  };
  Bench bench(
      "[models.m]\ntype = \"stub\"\n[agents.a]\ntype = \"speaker\"\nmodel = \"m\"\n"
      "[agents.b]\ntype = \"speaker\"\nmodel = { type = \"stub\", size = 2 }\n",
      hooks);
  const auto agent = bench.factory.create<Agent>(Node("a"));
  static_cast<void>(bench.factory.create<Agent>(Node("b")));
  CHECK(agent->speak({}, {}, {}).at(0).text == "42");
  REQUIRE(identities.size() == 2);
  CHECK(identities[0].size() == 32);
  CHECK(identities[0] != identities[1]);
  DryPass pass{.diagnostics = {}, .for_run = true};
  CHECK(identities[0] == bench.factory.check_plugin(Node("m"), "language_models", pass).hash());
}

TEST_CASE("a constructor that throws: position, plugin, library and cause") {
  Bench bench("[values.v]\ntype = \"constant\"\nmean = 13\n[job]\nvalue = \"v\"\n");
  try {
    bench.factory.build<Job>(*bench.root.find("job"));
    FAIL("created");
  } catch (const PluginError& error) {
    CHECK(std::string(error.what()) == "m.toml:1:1: creating values.v (value_models/constant from " +
                                           (test_plugins() / "value_models/constant.so").string() +
                                           ") failed: thirteen brings bad luck");
  }
}

TEST_CASE("what a constructor calls a bad input is a mistake in the manifest") {
  Bench bench("[values.v]\ntype = \"constant\"\nmean = 17\n[job]\nvalue = \"v\"\n");
  CHECK_THROWS_WITH_AS(bench.factory.build<Job>(*bench.root.find("job")), "m.toml:1:1: values.v: seventeen is too many",
                       ManifestError);
}

TEST_CASE("building a faulty table throws all its mistakes and creates nothing") {
  Bench bench("[job]\nvalue = { type = \"constant\", mean = 1e6 }\nlimit = 0\n");
  try {
    bench.factory.build<Job>(*bench.root.find("job"));
    FAIL("built");
  } catch (const ManifestError& error) {
    CHECK(error.diagnostics().sorted().size() == 2);
  }
}

TEST_CASE("names of something else, of nothing, and of a plugin are told apart") {
  Bench bench(
      "[models.policy]\ntype = \"stub\"\n[values.vv]\ntype = \"constant\"\n"
      "[stages.a]\ndo = \"job\"\nvalue = \"policy\"\n[stages.b]\ndo = \"job\"\nvalue = \"wv\"\n"
      "[stages.c]\ndo = \"job\"\nvalue = \"sum\"\n[stages.d]\ndo = \"job\"\nvalue = 3\n"
      "[stages.f]\ndo = \"follow\"\nfrom = \"a\"\n[stages.e]\ndo = \"job\"\nvalue = \"f\"\n");
  CHECK(bench.stage_mistakes("a") ==
        "m.toml:7:9: stages.a.value must name a value model, but policy is a language model (models.policy)\n");
  CHECK(
      bench.stage_mistakes("b") ==
      "m.toml:10:9: stages.b.value names no value model: there is no wv; did you mean vv?; known: a, b, c, d, e, vv\n");
  CHECK(bench.stage_mistakes("c").ends_with("; for the plugin of this name write { type = \"sum\" }\n"));
  CHECK(bench.stage_mistakes("d") ==
        "m.toml:16:9: stages.d.value must be a value model: a table with a type, or the name of a shared one; got an "
        "integer\n");
  CHECK(bench.stage_mistakes("e") ==
        "m.toml:22:9: stages.e.value must name a value model, but the stage f makes none\n");
}

TEST_CASE("shared objects that need one another are found") {
  Bench bench(
      "[values.a]\ntype = \"sum\"\nparts = [\"b\"]\n[values.b]\ntype = \"sum\"\nparts = [\"a\"]\n"
      "[stages.s]\ndo = \"job\"\nvalue = \"a\"\n");
  CHECK(bench.stage_mistakes("s") ==
        "m.toml:6:10: values.b.parts[0] goes round in a circle: values.a -> values.b -> values.a\n");
}

TEST_CASE("a stage refers to stages and to their products, and depends on them") {
  FactoryHooks hooks;
  std::vector<std::string> asked;
  hooks.product = [&](const std::string& stage, std::string_view kind) -> std::shared_ptr<void> {
    asked.push_back(stage + " as " + std::string(kind));
    if (kind == kStageReference) return std::make_shared<Leftover>(Leftover{stage});
    return nullptr;
  };
  const std::string text =
      "[stages.one]\ndo = \"job\"\nvalue = { type = \"constant\" }\nlimit = 5\n"
      "[stages.two]\ndo = \"follow\"\nfrom = \"one\"\nvalue = \"one\"\n";
  Bench bench(text, hooks);
  const auto built = bench.factory.build<Follow>(bench.factory.stage("two"));
  CHECK(built.params.from->stage == "one");
  CHECK(built.resolution.stages == std::vector<std::string>{"one"});
  CHECK(asked == std::vector<std::string>{"one as stages", "one as value_models"});
  CHECK(built.resolution.determining.at("from.stage")->text() == bench.factory.stage_resolution("one").hash());

  Bench other(
      "[stages.one]\ndo = \"job\"\nvalue = { type = \"constant\" }\nlimit = 6\n"
      "[stages.two]\ndo = \"follow\"\nfrom = \"one\"\nvalue = \"one\"\n");
  CHECK(other.factory.stage_resolution("two").hash() != bench.factory.stage_resolution("two").hash());
}

TEST_CASE("stages that wait for one another are found") {
  Bench bench("[stages.a]\ndo = \"follow\"\nfrom = \"b\"\n[stages.b]\ndo = \"follow\"\nfrom = \"a\"\n");
  CHECK(bench.stage_mistakes("a") ==
        "m.toml:6:8: stages.b.from goes round in a circle: stages.a -> stages.b -> stages.a\n");
  CHECK(bench.stage_mistakes("b") == bench.stage_mistakes("a"));
}

TEST_CASE("defaults of the root lie under a stage's own keys") {
  Bench bench(
      "value = { type = \"constant\", mean = 1 }\n[stages.a]\ndo = \"job\"\n[stages.b]\ndo = \"job\"\nvalue = { mean = "
      "2 }\n");
  CHECK(bench.factory.stage("a").at("value.mean")->integer() == 1);
  CHECK(bench.factory.stage("b").at("value.mean")->integer() == 2);
  CHECK(bench.factory.stage("b").at("value.type")->text() == "constant");
  CHECK(bench.factory.stage("b").find("do") == nullptr);
  CHECK(bench.stage_mistakes("b").empty());
}

TEST_CASE("facts are known before objects, by name and in place, and not of faulty tables") {
  Bench bench(
      "[values.v]\ntype = \"constant\"\nmean = 7\n[x]\ntype = \"constant\"\n[y]\ntype = \"constant\"\nmean = \"a\"\n"
      "[z]\ntype = \"stub\"\nsize = 2\n");
  CHECK(bench.factory.facts_of<ValueModel>(Node("v"))->oracle);
  CHECK_FALSE(bench.factory.facts_of<ValueModel>(*bench.root.find("x"))->oracle);
  CHECK_FALSE(bench.factory.facts_of<ValueModel>(*bench.root.find("y")).has_value());
  CHECK_FALSE(bench.factory.facts_of<ValueModel>(Node("none")).has_value());
  const auto backend = bench.factory.facts(*bench.root.find("z"), LanguageModel::kind);
  CHECK(std::any_cast<Backend::Facts>(backend).base_model);
}

TEST_CASE("keys of settings are remembered for the check of [engine]") {
  Bench bench("[models.m]\ntype = \"stub\"\n");
  DryPass pass;
  static_cast<void>(bench.factory.check_plugin(Node("m"), "language_models", pass));
  CHECK(bench.factory.settings() == std::vector<std::string>{"device", "threads"});
}

TEST_CASE("no parameter takes the place of the hash of a plugin's library") {
  Bench bench("[value]\ntype = \"constant\"\nbuild = \"forged\"\n[stages.one]\ndo = \"job\"\n");
  DryPass pass;
  const Resolution resolution = bench.factory.check_stage("one", pass);
  REQUIRE_MESSAGE(pass.diagnostics.empty(), pass.diagnostics.text());
  const Node* value = resolution.determining.at("value");
  REQUIRE(value != nullptr);
  CHECK(value->text_or("build", "") == "forged");
  CHECK(value->text_or(kBuildKey, "").size() == 32);
}
