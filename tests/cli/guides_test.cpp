#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>

#include "cli/program.hpp"
#include "study/json.hpp"

using namespace espalier::tests;
using espalier::study::Json;

namespace {

const std::vector<std::string> kLayouts = {"prm_trainer", "qwen_math_prm", "math_shepherd",
                                           "rlhflow",     "skywork_prm",   "sequence_classification"};

std::string checkpoint(const std::string& layout) { return source_file("tests/golden/published_reward/" + layout); }

/// A beam by each layout of published rewards, and one by each way of asking a judge.
void write_manifest(const Workplace& here) {
  std::ofstream out(here / "guides.toml");
  out << "include = \"" << source_file("tests/cli/stand_ins.toml") << "\"\nseed = 0\n";
  std::string arms =
      "[stages.guided]\ndo = \"compare\"\nproblems = { dataset = \"words\", split = \"test\", limit = 4 }\n";
  const auto arm = [&](const std::string& value) {
    arms +=
        "arms." + value + " = { search = { type = \"beam\", keep = 1, candidates = 3, value = \"" + value + "\" } }\n";
  };
  for (const auto& layout : kLayouts) {
    out << "[models.of_" << layout << "]\ntype = \"transformer\"\ncheckpoint = \"" << checkpoint(layout) << "\"\n"
        << "[values." << layout << "]\ntype = \"published_reward\"\nbase = \"of_" << layout << "\"\n";
    if (layout == "math_shepherd" || layout == "rlhflow") out << "layout = \"" << layout << "\"\n";
    arm(layout);
  }
  out << "[models.jury]\ntype = \"scripted\"\n"
         "rules = [{ when = \"answer is (4|9)\", replies = [\"Yes\", \"No\"] }, { when = \"\", replies = [\"No, 2\"] }]\n"
         "[values.chance]\ntype = \"judge\"\nmodel = \"of_qwen_math_prm\"\n"
         "[values.votes]\ntype = \"judge\"\nmodel = \"jury\"\nanswer = \"word\"\nvotes = 3\n"
         "[values.marks]\ntype = \"judge\"\nmodel = \"jury\"\nanswer = \"number\"\n";
  for (const char* const value : {"chance", "votes", "marks"}) arm(value);
  out << arms;
}

std::string records(const Workplace& here) { return text_of(here / "run/guided/records.jsonl"); }

}  // namespace

TEST_CASE("published rewards of every layout and judges of every kind guide a beam") {
  const Workplace here("guides");
  write_manifest(here);
  const std::vector<std::string> command = {"run", "guides.toml", "--output", "run", "--store", "store"};
  const Finished run = here.espalier(command);
  REQUIRE_MESSAGE(run.code == 0, run.err);
  std::map<std::string, std::set<double>> values;
  for (const auto& record : espalier::study::read_json_lines(here / "run/guided/records.jsonl")) {
    const auto arm = record.at("arm").get<std::string>();
    CAPTURE(arm);
    REQUIRE(!record.contains("error"));
    std::map<std::string, double> best;  // by parent
    std::map<std::string, double> of;
    for (const auto& node : record.at("nodes")) {
      if (!node.contains("score")) continue;  // one that says what another says
      const auto path = node.at("path").get<std::string>();
      const double value = node.at("score").get<double>();
      of[path] = value;
      values[arm].insert(value);
      const auto parent = path.substr(0, path.find('.') == std::string::npos ? 0 : path.rfind('.'));
      const auto [place, fresh] = best.try_emplace(parent, value);
      if (!fresh) place->second = std::max(place->second, value);
    }
    // What is chosen is the best of its siblings, and so is what it answers.
    const auto chosen = record.at("chosen").get<std::string>();
    const auto parent = chosen.substr(0, chosen.rfind('.'));
    CHECK(of.at(chosen) == best.at(parent));
    CHECK(of.at(parent) == best.at(""));
    CHECK(record.at("cost").at("scorer_tokens") > 0);
    const bool drawn = arm == "votes" || arm == "marks";  // each call reads its prompt
    CHECK((record.at("cost").at("scorer_new_tokens") < record.at("cost").at("scorer_tokens")) != drawn);
  }
  for (const auto& layout : kLayouts) CHECK_MESSAGE(values[layout].size() > 8, layout);
  CHECK(values["chance"].size() > 8);
  CHECK(values["votes"].size() > 2);
  CHECK(values["marks"] == std::set<double>{0.0, -0.6});
  CHECK(contains(run.err, "a judge's reply cannot be read and counts as 0"));

  // All of it is in the store.
  const std::string first = records(here);
  std::filesystem::remove_all(here / "run");
  auto again = command;
  again.emplace_back("--fresh");
  const Finished replayed = here.espalier(again);
  REQUIRE_MESSAGE(replayed.code == 0, replayed.err);
  CHECK((records(here) == first));
}

TEST_CASE("the manifest for published rewards is right once their checkpoints are there") {
  const Workplace here("guides-example");
  const Finished checked = here.espalier({"run", source_file("experiments/real/published_reward.toml"), "--dry-run",
                                          "models.policy.checkpoint=" + checkpoint("rlhflow"),
                                          "models.math_prm.checkpoint=" + checkpoint("qwen_math_prm"),
                                          "models.outcome.checkpoint=" + checkpoint("sequence_classification")});
  CHECK_MESSAGE(checked.code == 0, checked.err);
}
