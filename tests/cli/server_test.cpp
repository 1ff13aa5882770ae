#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <map>
#include <set>
#include <thread>

#include "cli/program.hpp"
#include "study/json.hpp"
#include "support/model_server.hpp"

using namespace espalier::tests;
using espalier::study::Json;
using espalier::study::read_json;
using espalier::study::read_json_lines;
using espalier::testing::Asked;
using espalier::testing::Fault;
using espalier::testing::ModelServer;

namespace fs = std::filesystem;

namespace {

const std::string key = "sk-never-to-be-seen-0123456789";

/// Three searches over generated problems, with a model behind `server`.
void write_manifest(const Workplace& here, const std::string& server, const std::string& more = "") {
  std::ofstream(here / "m.toml") << R"(
seed = 0
problems = { dataset = { type = "word_problems" }, limit = 12 }
topology = { type = "chain", roles = ["thinker", "speaker"] }
agents.thinker = { type = "language_model", model = "policy", template = "{question}", max_tokens = 40 }
agents.speaker = { type = "language_model", model = "policy", template = "{question}\n{inbox}", max_tokens = 40 }
[models.policy]
type = "server"
model = "small"
url = ")" << server << R"("
concurrency = 8
)" << more << R"(
[stages.compare]
do = "compare"
[stages.compare.arms]
"Single pass" = { search = { type = "single_pass" } }
"Vote" = { search = { type = "vote", n = 4 } }
"Beam" = { search = { type = "beam", keep = 2, candidates = 3, value = "uniform" } }
[values.uniform]
type = "uniform"
)";
}

/// How often requests came that had come before.
int repeated(const std::vector<Asked>& asked) {
  std::map<std::string, int> times;
  for (const auto& one : asked) ++times[one.body.dump()];
  int count = 0;
  for (const auto& [body, number] : times) count += number - 1;
  return count;
}

/// What of a record does not depend on the server's cache.
std::string essence(const Json& record) { return record.at("nodes").dump() + record.at("answer").dump(); }

}  // namespace

TEST_CASE("after a kill nothing is asked again but what was under way, and the records are the same") {
  const Workplace here("server-killed");
  ModelServer server;
  server.tells_cache = false;
  write_manifest(here, server.url(), "logprobs = true");
  REQUIRE(here.espalier({"run", "m.toml", "--store", "other-store", "--output", "whole"}).code == 0);
  const int whole = server.count();
  CHECK(repeated(server.asked()) == 0);

  server.milliseconds = 15;
  const pid_t child = here.start({"run", "m.toml", "--output", "killed"});
  for (int i = 0; i < 2000 && server.count() < whole + whole / 2; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ::kill(child, SIGKILL);
  CHECK(here.wait(child).code == 128 + SIGKILL);
  const Finished resumed = here.espalier({"run", "m.toml", "--output", "killed"});
  REQUIRE_MESSAGE(resumed.code == 0, resumed.err);
  CHECK(server.count() >= 2 * whole);
  CHECK(server.count() <= 2 * whole + 8);
  CHECK(text_of(here / "killed/compare/records.jsonl") == text_of(here / "whole/compare/records.jsonl"));
  const int before = server.count();
  CHECK(here.espalier({"run", "m.toml", "--output", "killed"}).code == 0);
  CHECK(server.count() == before);
}

TEST_CASE("a run through faults has the records of one without, and the key is nowhere") {
  const Workplace here("server-faults");
  ::setenv("ESPALIER_TEST_KEY", key.c_str(), 1);
  ModelServer good;
  ModelServer bad([](int number, const Asked&) -> Fault {
    switch (number % 9) {
      case 1:
        return {.kind = Fault::Kind::status, .status = 500, .text = "the key " + key + " was seen"};
      case 4:
        return {.kind = Fault::Kind::half};
      case 7:
        return {.kind = Fault::Kind::raw, .text = "HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n{\"no\": 1}"};
      default:
        return {};
    }
  });
  write_manifest(here, good.url(), "key_environment = \"ESPALIER_TEST_KEY\"");
  REQUIRE(here.espalier({"run", "m.toml", "--output", "good", "--store", "good-store"}).code == 0);
  const Finished run =
      here.espalier({"run", "m.toml", "--output", "bad", "--store", "bad-store", "models.policy.url=" + bad.url()});
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(contains(bad.asked().front().headers, key));
  const auto one = read_json_lines(here / "good/compare/records.jsonl");
  const auto other = read_json_lines(here / "bad/compare/records.jsonl");
  REQUIRE(one.size() == other.size());
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(essence(one[i]) == essence(other[i]));
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(here / ".")) {
    if (!entry.is_regular_file()) continue;
    ++files;
    CHECK_MESSAGE(!contains(text_of(entry.path()), key), entry.path().string());
  }
  CHECK(files > 20);
  ::unsetenv("ESPALIER_TEST_KEY");
  const Finished keyless = here.espalier({"run", "m.toml", "--output", "third", "--store", "third-store"});
  CHECK(keyless.code == 2);
  CHECK(contains(keyless.err, "there is no variable ESPALIER_TEST_KEY in the environment"));
}

TEST_CASE("prices make a column, a budget and a forecast, and new ones pay for nothing twice") {
  const Workplace here("server-money");
  ModelServer server;
  write_manifest(here, server.url());
  const std::string prices = "models.policy.prices={ input = 1000, output = 2000 }";
  const Finished dry = here.espalier({"run", "m.toml", prices, "--dry-run"});
  CHECK(contains(dry.out, " written for 1.92\n"));  // of a single pass: 12 problems, 2 messages of 40 tokens
  CHECK(contains(dry.out, "models.policy: prompts for 1000.00 and messages for 2000.00 per million tokens"));
  const std::string extra = "models.policy.extra={ min_p = 0.5, kwargs = { list = [1, true, \"x\"] } }";
  const Finished plain = here.espalier({"run", "m.toml", extra, "--output", "plain"});
  CHECK_FALSE(contains(plain.out, "money"));
  CHECK(server.asked().front().body.at("min_p") == 0.5);
  CHECK(server.asked().front().body.at("kwargs").dump() == R"({"list":[1,true,"x"]})");
  CHECK(
      contains(text_of(here / "plain/manifest.toml"), "extra = { min_p = 0.5, kwargs = { list = [1, true, \"x\"] } }"));
  const int paid = server.count();
  const Finished priced = here.espalier({"run", "m.toml", extra, prices, "--output", "priced"});
  REQUIRE_MESSAGE(priced.code == 0, priced.err);
  CHECK(server.count() == paid);
  CHECK(contains(priced.out, "money"));
  const Json summary = read_json(here / "priced/compare/summary.json");
  for (const auto& arm : summary.at("arms")) {
    const Json& cost = arm.at("totals");
    const double expected = 1e-3 * (cost.at("prompt_tokens").get<double>() + cost.at("cached_tokens").get<double>()) +
                            2e-3 * cost.at("generated_tokens").get<double>();
    CHECK(cost.at("money").get<double>() == doctest::Approx(expected));
  }
  const Finished tight =
      here.espalier({"run", "m.toml", prices, "stages.compare.budget.money=0.05", "--output", "tight"});
  REQUIRE_MESSAGE(tight.code == 0, tight.err);
  const Json less = read_json(here / "tight/compare/summary.json");
  const auto vote = [](const Json& of) { return of.at("arms").at(1).at("money").get<double>(); };
  CHECK(vote(less) < 0.8 * vote(summary));
  const Finished capped = here.espalier(
      {"run", "m.toml", prices, "models.policy.spend_limit=0.5", "--output", "capped", "--store", "capped-store"});
  CHECK(capped.code == 1);
  CHECK(contains(capped.err, "spend_limit is reached"));
  const int before = server.count();
  CHECK(here.espalier({"run", "m.toml", prices, "--output", "more", "--store", "capped-store"}).code == 0);
  CHECK(server.count() - before < paid);
}

TEST_CASE("what needs log-probabilities is refused where a server tells none") {
  const Workplace here("server-logprobs");
  write_manifest(here, "http://127.0.0.1:1/v1");
  const std::string beam = "stages.compare.arms.Beam.search.value={ type = \"likelihood\" }";
  const Finished check = here.espalier({"run", "m.toml", beam, "--dry-run"});
  CHECK(check.code == 2);
  CHECK(contains(check.err, "needs log-probabilities for "));
  CHECK(contains(check.err, "(likelihood), and models.policy tells none: set its logprobs = true"));
  const Finished puct = here.espalier(
      {"run", "m.toml", "stages.compare.arms.Vote.search={ type = \"mcts\", selection = \"puct\" }", "--dry-run"});
  CHECK(puct.code == 2);
  CHECK(contains(puct.err, "(mcts), and models.policy tells none"));
  CHECK(here.espalier({"run", "m.toml", beam, "models.policy.logprobs=true", "--dry-run"}).code == 0);
}

TEST_CASE("a server that is gone ends the stage, and no problem counts as wrong") {
  const Workplace here("server-gone");
  write_manifest(here, "http://127.0.0.1:1/v1", "retries = 1");
  const Finished run = here.espalier({"run", "m.toml", "--output", "run"});
  CHECK(run.code == 1);
  CHECK(contains(run.err, "http://127.0.0.1:1/v1/chat/completions: "));
  CHECK(contains(run.err, "no request was answered meanwhile"));
  CHECK(contains(run.err, "the same command goes on from there"));
}

TEST_CASE("a call that failed for good fails its problem only") {
  const Workplace here("server-one-problem");
  ModelServer server([&](int, const Asked& asked) {
    const std::string text = asked.body.at("messages").back().at("content");
    static const std::string chosen = text;  // the first that asks
    return text == chosen ? Fault{.kind = Fault::Kind::status, .status = 400, .text = "no"} : Fault{};
  });
  write_manifest(here, server.url());
  const Finished run = here.espalier({"run", "m.toml", "--output", "run"});
  CHECK(run.code == 1);
  int failed = 0;
  for (const auto& record : read_json_lines(here / "run/compare/records.jsonl")) failed += record.contains("error");
  CHECK(failed == 3);  // one in each arm
  CHECK(contains(run.out, "1 of 12 problems failed and count as wrong"));
}
