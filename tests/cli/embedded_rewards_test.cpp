#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <espalier/value_model.hpp>
#include <map>
#include <sstream>

#include "cli/program.hpp"
#include "engine/stored_model.hpp"
#include "study/json.hpp"
#include "support/built_plugin.hpp"

using namespace espalier;
using namespace espalier::tests;
using espalier::study::Json;
using espalier::study::read_json;

namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kRun = {
    "run", source_file("tests/cli/embedded_rewards.toml"), "--output", "run", "--store", "store"};

/// A run in one go, made once.
const Workplace& undisturbed() {
  static const Workplace here = [] {
    Workplace made("embedded-rewards");
    const tests::Finished run = made.espalier(kRun);
    REQUIRE_MESSAGE(run.code == 0, run.err);
    return made;
  }();
  return here;
}

std::vector<Json> records_of(const Workplace& here, const std::string& arm) {
  std::vector<Json> records;
  std::istringstream lines(text_of(here / "run/compare/records.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    Json record = Json::parse(line);
    if (record.at("arm") == arm) records.push_back(std::move(record));
  }
  REQUIRE(records.size() == 4);
  return records;
}

/// Steps that a fit under way has saved; 0: none yet.
int saved_steps(const Workplace& here) {
  if (!fs::exists(here / "store/unfinished")) return 0;
  for (const auto& stage : fs::directory_iterator(here / "store/unfinished")) {
    const auto state = stage.path() / "work/state.json";
    if (fs::exists(state)) return read_json(state).at("step");
  }
  return 0;
}

/// The reward that was learned, on weights of its own that have read nothing yet.
std::shared_ptr<ValueModel> fresh_reward(const fs::path& checkpoint) {
  testing::Settings policy;
  policy.set("checkpoint", source_file("experiments/models/word-problems").c_str()).set("threads", 1);
  testing::Settings reward;
  reward
      .give("base",
            engine::make_language_model(testing::create<Backend>("transformer", policy), {"policy", "policy"}, nullptr))
      .set("checkpoint", checkpoint.c_str());
  return testing::create<ValueModel>("process_reward", reward);
}

}  // namespace

TEST_CASE("a fit killed twice ends with the weights of one in one go, bit for bit") {
  const Workplace here("embedded-rewards-killed");
  int steps = 0;
  for (int kill = 0; kill < 2; ++kill) {
    const pid_t child = here.start(kRun);
    while (saved_steps(here) <= steps && !here.ended(child)) ::usleep(5'000);
    ::kill(child, SIGKILL);
    CHECK(here.wait(child).code == 128 + SIGKILL);
    CHECK(saved_steps(here) > steps);
    steps = saved_steps(here);
  }
  CHECK(steps < 40);
  const tests::Finished run = here.espalier(kRun);
  REQUIRE_MESSAGE(run.code == 0, run.err);
  for (const char* file :
       {"masprm/checkpoint/adapter_model.safetensors", "masprm/checkpoint/head.safetensors", "compare/records.jsonl"}) {
    const std::string name = std::string("run/") + file;
    CHECK_MESSAGE((text_of(here / name) == text_of(undisturbed() / name)), name);
  }
}

TEST_CASE("values along a search are those of scoring every state from scratch") {
  for (const char* arm : {"Beam", "MCTS, remembered"}) {
    CAPTURE(arm);
    const Json record = records_of(undisturbed(), arm).front();
    const Problem problem{.id = record.at("id"), .question = record.at("question"), .attributes = {}};
    std::map<std::string, Transcript> at{{"", Transcript(Key{1, 2})}};
    int compared = 0;
    for (const auto& node : record.at("nodes")) {
      const std::string path = node.at("path");
      const auto dot = path.rfind('.');
      Message message;
      message.text = node.at("text");
      const Transcript& parent = at.at(dot == std::string::npos ? "" : path.substr(0, dot));
      const auto transcript = at.emplace(path, parent.extended(std::move(message), 0)).first->second;
      if (!node.contains("score")) continue;
      const State state{.problem = &problem, .transcript = transcript};
      const auto reward = fresh_reward(undisturbed() / "run/masprm/checkpoint");
      CHECK(reward->score(std::vector{state}).front().mean ==
            doctest::Approx(node.at("score").get<double>()).epsilon(1e-5).scale(1.0));
      ++compared;
    }
    CHECK(compared >= 9);
  }
}

TEST_CASE("a memory of scores changes no record and no cost, whoever comes first") {
  for (const std::string search : {"Beam", "MCTS"}) {
    const auto plain = records_of(undisturbed(), search);
    const auto remembered = records_of(undisturbed(), search + ", remembered");
    for (std::size_t i = 0; i < plain.size(); ++i) {
      Json same = remembered[i];
      same["arm"] = search;
      CHECK(same == plain[i]);
      CHECK(plain[i].at("cost").at("scorer_tokens") > plain[i].at("cost").at("scorer_new_tokens"));
      CHECK(plain[i].at("cost").at("scorer_new_tokens") > 0);
    }
  }
}

TEST_CASE("a reward is not judged by problems that it learned from, or it is told") {
  const Json split = read_json(undisturbed() / "run/masprm/split.json");
  const Json judged = read_json(undisturbed() / "run/check/summary.json").at("judged");
  CHECK(judged.at("left_out") == Json({{"masprm", split.at("training").at("problems")}}));
  CHECK(judged.at("problems") == split.at("held_out").at("problems"));
  CHECK(judged.at("weights_chosen_on") == Json({{"masprm", split.at("held_out").at("problems")}}));
  std::istringstream lines(text_of(undisturbed() / "run/check/scores.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const Json& training = split.at("training").at("ids");
    CHECK(std::ranges::find(training, Json::parse(line).at("id")) == training.end());
  }
  // the fit's own figures on what it held out are the same: one measure, however it is asked
  const Json value = read_json(undisturbed() / "run/check/summary.json").at("values").at(0);
  const Json held_out = read_json(undisturbed() / "run/masprm/summary.json").at("held_out");
  for (const char* figure : {"states", "rmse", "auc_within", "ece"})
    CHECK(value.at(figure).get<double>() == doctest::Approx(held_out.at(figure).get<double>()).epsilon(1e-6));

  const Json all = read_json(undisturbed() / "run/check_all/summary.json").at("judged");
  CHECK(all.at("problems") == 12);
  CHECK(all.at("learned_from") == Json({{"masprm", split.at("training").at("problems")}}));

  const Workplace here("embedded-rewards-refused");
  auto command = kRun;
  command.insert(command.begin() + 2, "stages.check.leakage=refused");
  command.back() = (undisturbed() / "store").string();
  const tests::Finished run = here.espalier(command);
  CHECK(run.code == 2);
  CHECK_MESSAGE(contains(run.err, "stages.check.from has "), run.err);
  CHECK_MESSAGE(contains(run.err, "problems that masprm learned from"), run.err);
}
