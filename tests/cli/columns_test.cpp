#include <doctest/doctest.h>

#include <map>
#include <sstream>

#include "cli/program.hpp"
#include "study/legend.hpp"

// What is printed and written has an explanation: `espalier describe columns`.

using namespace espalier::tests;
using espalier::study::Json;
using espalier::study::Legend;
using espalier::study::legends;
using espalier::study::read_json;
using espalier::study::read_json_lines;

namespace fs = std::filesystem;

namespace {

const std::string stand_ins = source_file("tests/cli/stand_ins.toml");

const Legend& legend_called(std::string_view title) {
  for (const Legend* legend : legends()) {
    if (legend->title.starts_with(title)) return *legend;
  }
  FAIL("no legend is called " << title);
  throw std::logic_error("not reached");
}

/// Checks that every key of an object, and of those in it, is explained.
void check_explained(const Legend& legend, const Json& object, const std::string& where) {
  for (const auto& [key, value] : object.items()) {
    const auto* term = legend.find(key);
    CHECK_MESSAGE(term != nullptr, where << key << " is not explained");
    if (term == nullptr || term->parts == nullptr || value.is_null()) continue;
    const bool one = value.is_object() && !term->by_name;
    for (const auto& part : one ? Json::array({value}) : value) check_explained(*term->parts, part, where + key + ".");
  }
}

/// The lines above rules.
std::vector<std::string> headers(const std::string& printed) {
  std::vector<std::string> found;
  std::istringstream lines(printed);
  for (std::string before, line; std::getline(lines, line); before = line) {
    if (line.size() > 8 && line.find_first_not_of('-') == std::string::npos) found.push_back(before);
  }
  return found;
}

/// The titles in the header of a table: two blanks or more are between them.
std::vector<std::string> titles(const std::string& header) {
  std::vector<std::string> found;
  for (std::size_t at = 0; (at = header.find_first_not_of(' ', at)) != std::string::npos;) {
    const std::size_t end = std::min(header.find("  ", at), header.size());
    found.push_back(header.substr(at, end - at));
    at = end;
  }
  return found;
}

/// Checks that every title that is printed is on a page of `describe columns`; `from_data`: what those that come from
/// data are called there.
void check_titles(const Workplace& here, const std::string& printed, std::size_t tables,
                  const std::map<std::string, std::string>& from_data = {}) {
  const std::string page = here.espalier({"describe", "columns"}).out;
  CHECK(headers(printed).size() == tables);
  for (const auto& header : headers(printed)) {
    for (const auto& title : titles(header)) {
      const auto known = from_data.find(title);
      const std::string& name = known == from_data.end() ? title : known->second;
      CHECK_MESSAGE(contains(page, "\n  " + name + "  ("), title);
    }
  }
}

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

TEST_CASE("the README's fields of records are those of the program") {
  const Workplace here("columns-readme");
  const std::string page = here.espalier({"describe", "columns/records.jsonl", "--markdown"}).out;
  const std::string begin = "<!-- espalier describe columns/records.jsonl --markdown -->\n";
  const std::string readme = text_of(source_file("README.md"));
  REQUIRE(contains(readme, begin));
  const std::size_t at = readme.find(begin) + begin.size();
  const std::string shown = readme.substr(at, readme.find("<!-- end -->", at) - at);
  CHECK_MESSAGE((shown == page), "README.md has no longer what the program says; it is\n", page);
}
