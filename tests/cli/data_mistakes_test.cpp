#include <doctest/doctest.h>

#include "cli/program.hpp"

using namespace espalier::tests;

namespace {

/// A study of one file of problems; `more` goes into the dataset's table, which begins in line 6.
void write_study(const Workplace& here, const std::string& data, const std::string& more = "") {
  std::ofstream(here / "data.jsonl") << data;
  std::ofstream(here / "study.toml") << R"([agents.solver]
type = "echo"
[topology]
type = "chain"
roles = ["solver"]
[datasets.sums]
type = "jsonl"
file = "data.jsonl"
)" << more << R"(
[stages.first]
do = "solve"
problems = { dataset = "sums" }
search = { type = "single_pass" }
[stages.second]
like = "first"
)";
}

constexpr const char* kGood = "{\"question\": \"1+1?\", \"answer\": \"2\", \"id\": \"a\"}\n";

}  // namespace

TEST_CASE("mistakes in data are the user's, told once with both places, by a run and by a dry run") {
  const Workplace here("data-mistakes");
  const std::string data_file = (here / "data.jsonl").string();
  const auto refused = [&](const std::string& data, const std::string& words, const std::string& more = "") {
    write_study(here, data, more);
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"run", "study.toml"}, {"run", "study.toml", "--dry-run"}}) {
      const Finished run = here.espalier(arguments);
      CHECK(run.code == 2);
      CHECK_MESSAGE(run.err.starts_with("study.toml:6:1: datasets.sums: " + data_file + ":" + words), run.err);
      CHECK_MESSAGE(!contains(run.err, ".so"), run.err);
      CHECK_MESSAGE(run.err.find('\n') + 1 == run.err.size(), run.err);
    }
  };
  const std::string good = kGood;
  refused(good + "{\"text\": \"q\", \"answer\": 1}\n", "2: has no field \"question\"; it has: answer, text\n");
  refused(good + "{\"question\": null, \"answer\": 1}\n", "2: has a field \"question\" that is null\n");
  refused(good + "{\"question\": \"\", \"answer\": 1}\n", "2: has an empty question\n");
  refused(good + "{\"question\": \"q\", \"answer\": \"\"}\n", "2: has a gold answer that its grader cannot read: \"\"");
  refused(good + "{\"question\": \"q\", \"answer\": [1]}\n", "2: has a field \"answer\" that is neither a text nor");
  refused(good + "{\"question\": \"q\", \"answer\": 1\n", "2:30: is no JSON: syntax error");
  refused(good + good, "2: has the id \"a\" of " + data_file + ":1\n", "id = \"id\"");
  refused("", " there is no problem in it\n");
  refused(good, " no problem has the attribute \"nr\"; there are: none\n", "where = { nr = \"2\" }");
  refused(good, " no problem has the id \"b\"; there are: \"a\"\n", "attributes = [\"id\"]\nwhere = { id = \"b\" }");
  refused(good, " the sample asks for 5 of 1 problems\n", "sample = { size = 5 }");
  refused(good, " offset passes over every problem: there are 1\n", "offset = 1");
}

TEST_CASE("a dry run tells what is wrong with a selection, and with a file that is missing") {
  const Workplace here("data-selection");
  write_study(here, kGood);
  const Finished selection = here.espalier({"run", "study.toml", "--dry-run", "stages.first.problems.ids=[\"b\"]"});
  CHECK(selection.code == 2);
  CHECK_MESSAGE(contains(selection.err, "stages.first.problems.ids: split \"test\" has no problem \"b\""),
                selection.err);
  CHECK(here.espalier({"run", "study.toml", "--dry-run"}).code == 0);
  std::filesystem::remove(here / "data.jsonl");
  const Finished missing = here.espalier({"run", "study.toml", "--dry-run"});
  CHECK(missing.code == 2);
  CHECK_MESSAGE(contains(missing.err, "study.toml:8:8: datasets.sums.file"), missing.err);
}

TEST_CASE("what is wrong with an imported file of training examples is told as a mistake of the manifest") {
  const Workplace here("data-import");
  std::ofstream(here / "pairs.jsonl") << "{\"prompt\": \"q\", \"chosen\": }\n";
  std::ofstream(here / "fit.toml") << R"([stages.reward]
do = "fit"
import = "pairs.jsonl"
model = { type = "uniform" }
steps = 1
)";
  const Finished run = here.espalier({"run", "fit.toml"});
  CHECK(run.code == 2);
  CHECK_MESSAGE(run.err.starts_with("fit.toml:3:10: stages.reward.import "), run.err);
  CHECK_MESSAGE(contains(run.err, "pairs.jsonl:1:27: is no JSON: syntax error"), run.err);
}
