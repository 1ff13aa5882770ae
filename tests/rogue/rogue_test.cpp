#include <doctest/doctest.h>

#include <espalier/build.hpp>
#include <fstream>
#include <sstream>

#include "conformance/conformance.hpp"
#include "host/compose/factory.hpp"
#include "host/manifest/diagnostics.hpp"
#include "host/plugins/catalog.hpp"
#include "host/plugins/schema.hpp"

using namespace espalier;

namespace {

const std::string kRogues = ESPALIER_ROGUES;

host::Catalog build_with(const std::string& rogue) {
  host::Catalog catalog;
  catalog.add(ESPALIER_BINARY_DIR "/plugins");
  catalog.add(kRogues + "/" + rogue);
  return catalog;
}

/// What the user reads who opens a plugin.
std::string refusal(const std::string& rogue, const std::string& kind, const std::string& name) {
  auto catalog = build_with(rogue);
  try {
    catalog.open(kind, name);
  } catch (const host::PluginError& error) {
    return error.what();
  }
  return "accepted";
}

/// What the user reads who creates an agent.
std::string failure(const std::string& rogue) {
  auto catalog = build_with(rogue);
  host::Factory factory(host::Node(), catalog);
  host::Node table;
  table.set("type", host::Node("thrower"));
  table.path = "agents.solver";
  table.position = {.file = "orchard.toml", .line = 3, .column = 1};
  try {
    static_cast<void>(factory.create<Agent>(table));
  } catch (const host::PluginError& error) {
    return error.what();
  }
  return "created";
}

}  // namespace

TEST_CASE("a library without a descriptor") {
  CHECK(refusal("no_descriptor", "agents", "stranger") ==
        kRogues +
            "/no_descriptor/agents/stranger.so is no Espalier plugin: it has no symbol espalier_plugin; its file must "
            "end "
            "with ESPALIER_PLUGIN(Class, \"summary\")");
}

TEST_CASE("another version of the SDK, before any code is called") {
  CHECK(refusal("other_sdk", "agents", "veteran") ==
        kRogues + "/other_sdk/agents/veteran.so was built for version 0 of the SDK; this program has version " +
            std::to_string(kSdkVersion) + ": rebuild it");
}

TEST_CASE("another compiler, before any code is called") {
  CHECK(refusal("other_build", "agents", "foreigner") ==
        kRogues + "/other_build/agents/foreigner.so was built as (Turbo Pascal 7), this program as (" +
            kBuildFingerprint + "): rebuild it with the same compiler and SDK");
}

TEST_CASE("a kind that is not its folder's") {
  CHECK(refusal("kind_lie", "searches", "liar") ==
        kRogues +
            "/kind_lie/searches/liar.so calls itself agents/liar; a plugin's folder is its kind and its file its name");
}

TEST_CASE("a name that is not its file's") {
  CHECK(refusal("name_lie", "agents", "liar") ==
        kRogues +
            "/name_lie/agents/liar.so calls itself agents/saint; a plugin's folder is its kind and its file its name");
}

TEST_CASE("two libraries of one name") {
  CHECK(refusal("duplicate", "agents", "echo") == "two libraries claim to be the agent echo: " ESPALIER_BINARY_DIR
                                                  "/plugins/agents/echo.so and " +
                                                      kRogues + "/duplicate/agents/echo.so; remove or rename one");
}

TEST_CASE("a symbol that nobody defines") {
  const std::string why = refusal("unresolved", "agents", "forgetful");
  CHECK(why.starts_with("cannot be loaded: " + kRogues + "/unresolved/agents/forgetful.so: undefined symbol: "));
  CHECK(why.find("forgotten_function") != std::string::npos);
}

TEST_CASE("a text that calls itself a library") {
  const std::string file = kRogues + "/text/agents/poem.so";
  std::filesystem::create_directories(kRogues + "/text/agents");
  std::ofstream(file) << "I think that I shall never see\n";
  CHECK(refusal("text", "agents", "poem").starts_with("cannot be loaded: " + file + ": "));
}

TEST_CASE("an exception while an object is created") {
  CHECK(failure("throws_on_creation") == "orchard.toml:3:1: creating agents.solver (agents/thrower from " + kRogues +
                                             "/throws_on_creation/agents/thrower.so) failed: no scales in the orchard");
  CHECK(failure("throws_a_number") == "orchard.toml:3:1: creating agents.solver (agents/thrower from " + kRogues +
                                          "/throws_a_number/agents/thrower.so) failed: something was thrown that is no "
                                          "std::exception");
}

TEST_CASE("what is no exception while parameters are read") {
  auto catalog = build_with("throws_on_describing");
  const std::string library = "agents/thrower from " + kRogues + "/throws_on_describing/agents/thrower.so";
  CHECK_THROWS_WITH_AS(
      host::record_schema(catalog.open("agents", "thrower")),
      (library + " failed to list its parameters: something was thrown that is no std::exception").c_str(),
      host::PluginError);

  host::Factory factory(host::Node(), catalog);
  host::Node table;
  table.set("type", host::Node("thrower"));
  table.path = "agents.solver";
  table.position = {.file = "orchard.toml", .line = 3, .column = 1};
  host::DryPass pass;
  static_cast<void>(factory.check_plugin(table, Agent::kind, pass));
  CHECK(pass.diagnostics.text() == "orchard.toml:3:1: agents.solver: " + library +
                                       " failed to read its parameters: something was thrown that is no "
                                       "std::exception\n");
  std::ostringstream out;
  CHECK_THROWS_AS(conformance::conform({.library = kRogues + "/throws_on_describing/agents/thrower.so"}, out),
                  host::PluginError);
}

TEST_CASE("an exception across the boundary is what it was, and conformance reports it") {
  auto catalog = build_with("throws_on_speaking");
  host::Factory factory(host::Node(), catalog);
  host::Node table;
  table.set("type", host::Node("thrower"));
  const auto agent = factory.create<Agent>(table);
  CHECK_THROWS_WITH_AS(agent->speak({}, {}, {}), "the well is dry", std::runtime_error);

  std::ostringstream out;
  CHECK(conformance::conform({.library = kRogues + "/throws_on_speaking/agents/thrower.so"}, out) > 0);
  CHECK(out.str().find("FAIL  answers an empty inbox: threw: the well is dry\n") != std::string::npos);
}

TEST_CASE("values beyond [-1, 1] of a value model that does not say so") {
  std::ostringstream out;
  CHECK(conformance::conform({.library = kRogues + "/boastful/value_models/boastful.so"}, out) > 0);
  CHECK(out.str().find("FAIL  gives one finite value in [-1, 1] per state: a value is 2.500000; one that may be beyond "
                       "is `raw` by its facts\n") != std::string::npos);
}

TEST_CASE("a grader of answers that no sample text holds is judged by the golds it is given") {
  const std::string library = kRogues + "/dates/graders/dates.so";
  const auto report = [&](const std::vector<std::string>& golds, int failures) {
    std::ostringstream out;
    CHECK(conformance::conform({.library = library, .golds = golds}, out) == failures);
    return out.str();
  };
  const std::string none = report({}, 1);
  CHECK(none.find("letters or what it was given: it finds none; where it reads another kind, such as dates, give some "
                  "with --gold 2021-05-03\n") != std::string::npos);
  CHECK(none.find("skip  verdicts: there is no answer to be judged\n") != std::string::npos);
  CHECK(none.find("ok    every answer") == std::string::npos);
  const std::string some = report({"2021-05-03", "1999-12-31"}, 0);
  CHECK(some.find("ok    reads the gold answers it was given\n") != std::string::npos);
  CHECK(some.find("ok    every answer equals itself\n") != std::string::npos);
  CHECK(report({"2021-05-03", "May"}, 1).find("FAIL  reads the gold answers it was given: it cannot read \"May\"\n") !=
        std::string::npos);
  std::ostringstream out;
  CHECK_THROWS_WITH_AS(
      conformance::conform({.library = ESPALIER_BINARY_DIR "/plugins/agents/echo.so", .golds = {"May"}}, out),
      ("gold answers are for graders; agents/echo from " ESPALIER_BINARY_DIR "/plugins/agents/echo.so is none"),
      host::ManifestError);
}

TEST_CASE("a search that draws more than its facts say where nobody knows how long lines are") {
  std::ostringstream out;
  CHECK(conformance::conform({.library = kRogues + "/spendthrift/searches/spendthrift.so"}, out) > 0);
  CHECK_MESSAGE(out.str().find("ok    draws no more messages than its facts foretell\n") != std::string::npos,
                out.str());
  CHECK_MESSAGE(out.str().find("FAIL  draws at most one line more than that where nobody knows how long lines are: 3 "
                               "messages in 1 turns, where its facts allow 2\n") != std::string::npos,
                out.str());
}

TEST_CASE("a search that draws one candidate need not find the right one among others") {
  const std::string narrow = kRogues + "/narrow.toml";
  std::ofstream(narrow) << "keep = 1\ncandidates = 1\nvalue = { type = \"uniform\" }\n";
  std::ostringstream out;
  const std::string beam = ESPALIER_BINARY_DIR "/plugins/searches/beam.so";
  CHECK_MESSAGE(conformance::conform({.library = beam, .with = narrow}, out) == 0, out.str());
}

TEST_CASE("the library that conformance is asked about is tried, whatever else has its name") {
  std::ostringstream out;
  const std::string file = kRogues + "/duplicate/agents/echo.so";
  CHECK(conformance::conform({.library = file}, out) > 0);  // it does nothing, unlike the build's own
  CHECK_MESSAGE(out.str().starts_with("agents/echo (" + file + ")\n"), out.str());
}
