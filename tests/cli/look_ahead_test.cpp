#include <doctest/doctest.h>

#include "cli/program.hpp"

using namespace espalier::tests;

namespace {

/// Two problems, a team of two; `more` goes below.
void write_study(const Workplace& here, const std::string& more = "") {
  std::ofstream(here / "data.jsonl") << R"({"question": "1+1?", "answer": "2", "id": "a"})"
                                     << "\n"
                                     << R"({"question": "1+2?", "answer": "3", "id": "b"})"
                                     << "\n";
  std::ofstream(here / "study.toml") << R"([agents]
a = { type = "echo" }
b = { type = "echo" }
[topology]
type = "chain"
roles = ["a", "b"]
[datasets.sums]
type = "jsonl"
file = "data.jsonl"
id = "id"
[problems]
dataset = "sums"
limit = 2
[budget]
calls = 2
[stages.one]
do = "solve"
search = { type = "single_pass" }
)" << more;
}

/// Refused in the same words by a check, a dry run and a run, of which none writes anything.
void refused(const Workplace& here, const std::string& override, const std::string& words) {
  const std::size_t equals = override.find('=');
  std::ofstream(here / "changed.toml") << "include = \"study.toml\"\n"
                                       << override.substr(0, equals) << " = " << override.substr(equals + 1) << "\n";
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"check", "changed.toml"},
                                                    {"run", "changed.toml", "--dry-run"},
                                                    {"run", "changed.toml"}}) {
    const Finished run = here.espalier(arguments);
    CHECK(run.code == 2);
    CHECK_MESSAGE(contains(run.err, words), arguments[0], ": ", run.err);
  }
}

}  // namespace

TEST_CASE("a limit above what there is is told before a run") {
  const Workplace here("limit");
  write_study(here);
  CHECK(here.espalier({"check", "study.toml"}).code == 0);
  CHECK(here.espalier({"run", "study.toml", "--output", "run"}).code == 0);
  refused(here, "problems.limit=3",
          "changed.toml:2:18: problems.limit = 3 asks for more problems than there are: 2 of the 2 in split \"test\"; "
          "limit = 0 takes all there are\n");
  refused(here, "problems.offset=1",
          "limit = 2 asks for more problems than there are: 1 of the 2 in split \"test\" after an offset of 1;");
  refused(here, "problems.ids=[\"b\"]",
          "limit = 2 asks for more problems than there are: 1 of the 2 in split \"test\" chosen by ids;");
  refused(here, "sweep={\"problems.limit\"=[1, 2, 5]}", "limit = 5 asks for more problems");
}

TEST_CASE("what is wrong with the problems of all arms is told once, at the key that was written") {
  const Workplace here("limit-of-arms");
  write_study(here, R"([stages.arms]
do = "compare"
arms.x = { search = { type = "single_pass" } }
arms.y = { search = { type = "vote" }, problems.limit = 4 }
)");
  const Finished run = here.espalier({"run", "study.toml", "problems.limit=3"});
  CHECK(run.code == 2);
  CHECK_MESSAGE(run.err.find("limit = 3") == run.err.rfind("limit = 3"), run.err);
  CHECK_MESSAGE(contains(run.err, "command line:1:16: problems.limit = 3 asks for more problems"), run.err);
  const Finished arm = here.espalier({"check", "study.toml"});
  CHECK(arm.code == 2);
  CHECK_MESSAGE(contains(arm.err, "study.toml:22:57: stages.arms.arms.y.problems.limit = 4 asks for more"), arm.err);
}

TEST_CASE("a budget that does not carry one pass over the topology is told before a run") {
  const Workplace here("budget");
  write_study(here);
  refused(here, "budget.calls=1",
          "changed.toml:2:16: budget.calls: 1 agent calls do not carry one pass over the topology, which takes 2: no "
          "problem would be answered\n");
  refused(here, "budget.calls=0", "0 agent calls do not carry one pass");
  refused(here, "sweep={\"budget.calls\"=[2, 1]}", "1 agent calls do not carry one pass");
}

TEST_CASE("a check tells mistakes in data, and nothing more of files that it has warned of") {
  const Workplace here("check-data");
  write_study(here);
  refused(here, "problems.ids=[\"z\"]", "split \"test\" has no problem \"z\"");
  std::ofstream(here / "data.jsonl", std::ios::app) << "{\n";
  const Finished broken = here.espalier({"check", "study.toml"});
  CHECK(broken.code == 2);
  CHECK_MESSAGE(contains(broken.err, "data.jsonl:3:"), broken.err);
  std::filesystem::remove(here / "data.jsonl");
  const Finished missing = here.espalier({"check", "study.toml"});
  CHECK(missing.code == 0);
  CHECK_MESSAGE(missing.err == "study.toml:9:8: warning: datasets.sums.file names " + (here / "data.jsonl").string() +
                                   ", which does not exist yet\n",
                missing.err);
}

TEST_CASE("a checkpoint that is none is told before a run") {
  const Workplace here("no-checkpoint");
  if (contains(here.espalier({"describe", "language_models/transformer"}).err, "there is no")) return;
  write_study(here, "[stages.two]\nlike = \"one\"\nagents.a = { type = \"language_model\", model = \"policy\" }\n");
  std::ofstream(here / "file") << "text";
  std::filesystem::create_directories(here / "empty");
  const std::filesystem::path shape = source_file("experiments/models/qwen2.5-1.5b-shape");
  const auto is_none = [&](const std::string& checkpoint, const std::string& words) {
    refused(here, "models.policy={type=\"transformer\", checkpoint=\"" + checkpoint + "\"}",
            "changed.toml:2:17: models.policy: " + words);
  };
  const std::string what = "; a checkpoint is a folder with config.json, tokenizer.json and *.safetensors\n";
  is_none("file", (here / "file").string() + " is no folder" + what);
  is_none("empty", (here / "empty").string() + " has no config.json" + what);
  is_none(shape.string(), shape.string() + " has no model.safetensors" + what);
  const std::string words = source_file("experiments/models/word-problems");
  refused(here,
          "values.v={type=\"process_reward\", base={type=\"transformer\", checkpoint=\"" + words +
              "\"}, checkpoint=\"empty\"}",
          "changed.toml:2:12: values.v: " + (here / "empty/reward.json").string() + " cannot be read: no such file");
}
