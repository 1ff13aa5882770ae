#include <doctest/doctest.h>

#include "cli/explained.hpp"

// What is printed and written has an explanation: `espalier describe columns`.

using namespace espalier::tests;
using espalier::study::read_json;
using espalier::study::read_json_lines;

namespace fs = std::filesystem;

namespace {

const std::string stand_ins = source_file("tests/cli/stand_ins.toml");

}  // namespace

TEST_CASE("every column and every field of a run is described") {
  const Workplace here("columns");
  const Finished run = here.espalier({"run", stand_ins, "--output", "run"});
  REQUIRE_MESSAGE(run.code == 0, run.err);
  check_titles(here, run.out, 3);
  for (const std::string stage : {"one", "compare"}) {
    for (const std::string file : {"records.jsonl", "timings.jsonl"}) {
      for (const auto& line : read_json_lines(here / ("run/" + stage + "/" + file)))
        check_explained(legend_called(file), line, file + ": ");
    }
    check_explained(legend_called("summary.json of solve"), read_json(here / ("run/" + stage + "/summary.json")),
                    "summary.json: ");
  }
}

TEST_CASE("every column and every field of a swept judging is described") {
  const Workplace here("columns-judge");
  std::ofstream(here / "study.toml") << "include = \"" + stand_ins + R"("
[stages.trees]
do = "solve"
keep_tokens = true
search = { type = "mcts", simulations = 8, candidates = 3, value = { type = "reference" } }
[stages.check]
do = "judge"
from = "trees"
values.uniform = { type = "uniform" }
values.raw = { type = "likelihood", per = "sum", raw = true }
[sweep]
"stages.trees.search.candidates" = [2, 3]
)";
  const Finished run = here.espalier({"run", "study.toml", "problems.limit=6", "--output", "run"});
  REQUIRE_MESSAGE(run.code == 0, run.err);
  check_titles(here, run.out, 13, {{"candidates", "KEY"}, {"minus uniform", "minus FIRST"}});
  for (const std::string point : {"2", "3"}) {
    const std::string folder = "run/check@candidates=" + point;
    check_explained(legend_called("summary.json of judge"), read_json(here / (folder + "/summary.json")), "judge: ");
    for (const auto& line : read_json_lines(here / (folder + "/scores.jsonl")))
      check_explained(legend_called("scores.jsonl"), line, "scores: ");
  }
}

TEST_CASE("a part of what is described can be chosen") {
  const Workplace here("columns-parts");
  const Finished part = here.espalier({"describe", "columns/records.jsonl"});
  CHECK(part.code == 0);
  CHECK_MESSAGE(contains(part.out, "\n  nodes  (array)\n"), part.out);
  CHECK(contains(part.out, "\n      path  (text)\n"));
  CHECK_FALSE(contains(part.out, "accuracy"));
  CHECK(contains(here.espalier({"describe", "columns/records.jsonl", "--markdown"}).out, "| `nodes[].path` | text | "));
  const Finished mistaken = here.espalier({"describe", "columns/record.jsonl"});
  CHECK(mistaken.code == 2);
  CHECK_MESSAGE(contains(mistaken.err, "there are no columns/record.jsonl; did you mean records.jsonl?; known: arms, "),
                mistaken.err);
}

TEST_CASE("the guide's fields of records are those of the program") {
  const Workplace here("columns-readme");
  const std::string page = here.espalier({"describe", "columns/records.jsonl", "--markdown"}).out;
  const std::string begin = "<!-- espalier describe columns/records.jsonl --markdown -->\n";
  const std::string readme = text_of(source_file("experiments/README.md"));
  REQUIRE(contains(readme, begin));
  const std::size_t at = readme.find(begin) + begin.size();
  const std::string shown = readme.substr(at, readme.find("<!-- end -->", at) - at);
  CHECK_MESSAGE((shown == page), "experiments/README.md has no longer what the program says; it is\n", page);
}
