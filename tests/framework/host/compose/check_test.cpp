#include "host/compose/check.hpp"

#include <doctest/doctest.h>

#include <espalier/search.hpp>

#include "framework/host/test_plugins.hpp"
#include "host/manifest/manifest.hpp"

using namespace espalier;
using namespace espalier::host;

namespace {

struct EngineParams : Params {
  using Params::Params;
  int batch = setting("batch", 8, "Rows at once.", between(1, 256));
};

struct Job : Params {
  using Params::Params;
  std::shared_ptr<Search> search = plugin<Search>("search", "What decides.");
  int limit = field("limit", 10, "How many.", between(1, 100));
};

ManifestRules rules() {
  return {.stage_rules = {{.name = "job",
                           .defaults = {"search"},
                           .check = [](Factory& factory, const Node& table,
                                       DryPass& pass) { return factory.check<Job>(table, pass).resolution; }}},
          .engine = [](Factory& factory, const Node& engine, DryPass& pass) {
            return factory.check<EngineParams>(engine, pass).resolution;
          }};
}

struct Outcome {
  std::string mistakes;
  Node effective;
};

Outcome checked(std::string_view text) {
  Diagnostics diagnostics;
  const Node root = parse_manifest(text, "m.toml", diagnostics);
  Catalog catalog = test_catalog();
  Node effective = check_manifest(root, catalog, rules(), diagnostics);
  return {diagnostics.text(), std::move(effective)};
}

std::string mistakes(std::string_view text) { return checked(text).mistakes; }

const std::string job = "[stages.s]\ndo = \"job\"\nsearch = { type = \"probe\" }\n";

}  // namespace

TEST_CASE("a right manifest: nothing to say, and an effective manifest that says the same") {
  const auto first = checked("title = \"t\"\n[engine]\nbatch = 4\n[values.v]\ntype = \"constant\"\n" + job);
  CHECK(first.mistakes.empty());
  CHECK(first.effective.find("seed")->integer() == 0);
  CHECK(first.effective.at("engine.batch")->integer() == 4);
  CHECK(first.effective.at("values.v.mean")->real() == 0.0);
  CHECK(first.effective.at("stages.s.do")->text() == "job");
  CHECK(first.effective.at("stages.s.limit")->integer() == 10);
  CHECK(first.effective.at("stages.s.search.simulations")->integer() == 40);
  const auto second = checked(to_toml(first.effective));
  CHECK(second.mistakes.empty());
  CHECK(second.effective == first.effective);
}

TEST_CASE("unknown sections, stage kinds and keys are errors") {
  CHECK(mistakes("titel = \"t\"\n[stages.s]\ndo = \"jop\"\n[stages.t]\nlimit = 3\n") ==
        "m.toml:1:1: titel is not known here; did you mean title?; known: agents, datasets, engine, graders, include, "
        "models, "
        "plugins, search, searches, seed, stages, sweep, title, topologies, values\n"
        "m.toml:3:6: stages.s.do: there is no kind of stage jop; did you mean job?; known: job\n"
        "m.toml:4:1: stages.t.do is missing: what the stage does; known: job\n");
}

TEST_CASE("title, seed and shapes of sections") {
  CHECK(mistakes("title = 1\nseed = [0, -1, \"x\"]\nmodels = 3\n" + job) ==
        "m.toml:1:9: title must be a string, got an integer\n"
        "m.toml:2:12: seed[1] must be at least 0, got -1\n"
        "m.toml:2:16: seed[2] must be an integer or an array of integers, got a string\n"
        "m.toml:3:10: models must be a table of tables, got an integer\n");
  CHECK(mistakes("seed = 3\n") == "m.toml:1:1: warning: there is nothing to do: the manifest has no [stages.NAME]\n");
}

TEST_CASE("a mistake below many stages is said once, where it was written") {
  CHECK(mistakes(
            "search = { type = \"probe\", simulations = 0 }\n[stages.a]\ndo = \"job\"\n[stages.b]\ndo = \"job\"\n") ==
        "m.toml:1:42: search.simulations must be in [1, 100000], got 0\n");
  CHECK(mistakes("[searches.p]\ntype = \"probe\"\nkeep = 1\n[stages.a]\ndo = \"job\"\nsearch = \"p\"\n[stages.b]\ndo = "
                 "\"job\"\nsearch = \"p\"\n") == "m.toml:3:8: searches.p.keep must be a boolean, got an integer\n");
}

TEST_CASE("shared objects are checked even when nobody uses them") {
  CHECK(mistakes("[values.v]\ntype = \"constnat\"\n[values.w]\nmean = 1\n" + job).find("constant?") !=
        std::string::npos);
  CHECK(mistakes("[values.w]\nmean = 1\n" + job) ==
        "m.toml:1:1: values.w.type is missing: which value model it is; known: constant, sum\n");
}

TEST_CASE("models, value models and stages share one namespace") {
  CHECK(mistakes("[values.s]\ntype = \"constant\"\n" + job) ==
        "m.toml:3:1: stages.s has the name of values.s (m.toml:1:1); models, value models and stages share one "
        "namespace: "
        "rename one of them\n");
}

TEST_CASE("a key of [engine] must be somebody's setting, used here or not") {
  CHECK(mistakes("[engine]\nthreads = 2\n" + job).empty());
  CHECK(mistakes("[engine]\nthreds = 2\nbatch = 0\n" + job) ==
        "m.toml:2:1: engine.threds is not known here; did you mean threads?; known: batch, device, threads\n"
        "m.toml:3:9: engine.batch must be in [1, 256], got 0\n");
}

TEST_CASE("plugins of the manifest are found from its place") {
  const std::string folder = test_plugins().string();
  CHECK(mistakes("plugins = [\"" + folder + "\", \"nowhere\", 3]\n" + job) ==
        "m.toml:1:" + std::to_string(16 + folder.size()) +
            ": plugins[1]: nowhere is neither a folder of plugins nor a plugin library\n"
            "m.toml:1:" +
            std::to_string(27 + folder.size()) + ": plugins[2] must be a path, got an integer\n");
}

TEST_CASE("every value of a sweep is checked where it stands") {
  CHECK(mistakes(job + "[sweep]\n\"stages.s.search.simulations\" = [1, 0, 2]\n\"stages.s.limit\" = [\"x\", 5]\n") ==
        "m.toml:5:37: stages.s.search.simulations must be in [1, 100000], got 0\n"
        "m.toml:6:21: stages.s.limit must be an integer, got a string\n");
}

TEST_CASE("a sweep may give what the stage lacks") {
  CHECK(mistakes("[stages.s]\ndo = \"job\"\n[sweep]\n\"stages.s.search\" = [{ type = \"probe\" }]\n").empty());
}

TEST_CASE("keys of a sweep must lead somewhere, to something that is known there") {
  CHECK(
      mistakes(job +
               "[sweep]\n\"stages.t.limit\" = [1]\n\"stages.s.limit.x\" = [1]\nlimit = 3\n\"stages.s.limt\" = [1]\n") ==
      "m.toml:5:1: the key of [sweep] stages.t.limit leads nowhere: there is no stages.t; known: s\n"
      "m.toml:6:1: stages.s.limit must be an integer, got a table\n"
      "m.toml:7:9: the key of [sweep] limit must list at least one value in an array\n"
      "m.toml:8:1: stages.s.limt is not known here; did you mean limit?; known: limit, search\n");
}

TEST_CASE("a sweep may set a default of the root that is not there, and nothing that nobody knows") {
  CHECK(mistakes("[stages.s]\ndo = \"job\"\n[sweep]\n\"search.type\" = [\"probe\"]\n").empty());
  CHECK(mistakes(job + "[sweep]\n\"serch.type\" = [1]\n\"stages.s.search.simulations\" = []\n") ==
        "m.toml:5:1: the key of [sweep] serch.type leads nowhere: there is no serch; did you mean search?; known: "
        "agents, "
        "datasets, engine, graders, include, models, plugins, search, searches, seed, stages, sweep, title, "
        "topologies, values\n"
        "m.toml:6:33: the key of [sweep] stages.s.search.simulations must list at least one value in an array\n");
}

TEST_CASE("the effective manifest of a sweep is that of its first point") {
  const auto first = checked(job + "[sweep]\n\"stages.s.limit\" = [4, 5]\n");
  CHECK(first.mistakes.empty());
  CHECK(first.effective.at("stages.s.limit")->integer() == 4);
  CHECK(first.effective.find("sweep") == nullptr);
}
