#include <doctest/doctest.h>

#include "cli/program.hpp"

using namespace espalier::tests;

namespace {

const std::string stand_ins = source_file("tests/cli/stand_ins.toml");

/// The stand-ins with more below them; returns the file's name.
std::string write_study(const Workplace& here, const std::string& more) {
  std::ofstream(here / "study.toml") << "include = \"" << stand_ins << "\"\n" << more;
  return "study.toml";
}

}  // namespace

TEST_CASE("a result depends on the agents that are cast, and on no others") {
  const Workplace here("casting");
  REQUIRE(here.espalier({"run", stand_ins}).code == 0);
  const auto is_kept = [&](const std::string& override) {
    const Finished run = here.espalier({"run", stand_ins, override});
    REQUIRE_MESSAGE(run.code == 0, run.err);
    const bool one = contains(run.out, "one (from the store)");
    CHECK(contains(run.out, "compare (from the store)") == one);
    return one;
  };
  CHECK(is_kept("agents.stranger.type=echo"));
  CHECK_FALSE(is_kept("agents.thinker.max_tokens=77"));
  CHECK_FALSE(is_kept("agents.speaker.max_tokens=77"));  // who plays the answerer
  CHECK_FALSE(is_kept("cast.thinker=speaker"));
}

TEST_CASE("an agent that nobody casts is no input of a stage: it may speak with a model that comes of it") {
  const Workplace here("casting-circle");
  const std::string fit = R"(
[agents.pupil]
type = "language_model"
model = "taught"
[stages.taught]
do = "fit"
kind = "rejection_sampling"
from = "one"
model = "policy"
steps = 1
)";
  const Finished checked = here.espalier({"check", write_study(here, fit)});
  CHECK_MESSAGE(checked.code == 0, checked.err);
  const Finished circle = here.espalier({"check", write_study(here, fit + "[stages.one.cast]\nthinker = \"pupil\"\n")});
  CHECK(circle.code == 2);
  CHECK_MESSAGE(contains(circle.err, "goes round in a circle: stages.taught -> stages.one -> stages.taught"),
                circle.err);
}

TEST_CASE(
    "a mistake in an agent that nobody casts is found, and an agent of a stage's own that plays nothing is shown") {
  const Workplace here("casting-idle");
  const Finished mistaken =
      here.espalier({"check", write_study(here, "[agents.stranger]\ntype = \"echo\"\nprefixx = \"\"\n")});
  CHECK(mistaken.code == 2);
  CHECK_MESSAGE(contains(mistaken.err, "agents.stranger.prefixx is not known here"), mistaken.err);
  const Finished idle =
      here.espalier({"check", write_study(here,
                                          "[stages.one.agents.speeker]\nsystem = \"\"\n"
                                          "[stages.compare.agents.thikner]\nsystem = \"\"\n"
                                          "[stages.compare.arms.Vote.agents]\nspeaker = { system = \"louder\" }\n")});
  CHECK(idle.code == 0);
  CHECK_MESSAGE(idle.err ==
                    "study.toml:2:20: warning: stages.one.agents.speeker plays no role of the topology; did you mean "
                    "speaker?\n"
                    "study.toml:4:24: warning: stages.compare.agents.thikner plays no role of the topology; did you "
                    "mean thinker?\n",
                idle.err);
}

TEST_CASE("an agent that asks for the message of a node that is not there is told which there are") {
  const Workplace here("casting-wanted");
  const auto checked = [&](const std::string& agent) {
    std::ofstream(here / "parrots.toml") << "[agents.echo]\ntype = \"echo\"\n[agents.judge]\n"
                                         << agent << R"(
[topology]
type = "chain"
roles = ["parrot", "judge"]
[cast]
parrot = "echo"
[stages.one]
do = "solve"
problems = { dataset = { type = "word_problems" }, limit = 1 }
search = { type = "single_pass" }
)";
    return here.espalier({"check", "parrots.toml"});
  };
  const std::string wrong =
      "parrots.toml:3:1: agents.judge asks for the message of \"parot\", which is no node of "
      "topology; did you mean parrot?; nodes: question, parrot, judge\n";
  for (const char* agent :
       {"type = \"scripted\"\nreplies = [\"{from:parot}\"]",
        "type = \"scripted\"\n[agents.judge.roles.judge]\nreplies = [\"{from:parot}\"]",
        "type = \"language_model\"\nmodel = { type = \"scripted\" }\ntemplate = \"{from:parot}\""}) {
    const Finished mistaken = checked(agent);
    CHECK(mistaken.code == 2);
    CHECK_MESSAGE(mistaken.err == wrong, mistaken.err);
  }
  CHECK(checked("type = \"scripted\"\nreplies = [\"{from:parrot} {from:question}\"]").code == 0);
  CHECK(checked("type = \"scripted\"\n[agents.judge.roles.other]\nreplies = [\"{from:parot}\"]").code == 0);
}
