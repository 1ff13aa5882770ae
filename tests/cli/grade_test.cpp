#include <doctest/doctest.h>

#include <sstream>

#include "cli/program.hpp"
#include "study/json.hpp"

using namespace espalier::tests;
using espalier::study::Json;

namespace {

std::vector<Json> verdicts(const Finished& graded) {
  std::vector<Json> all;
  std::istringstream lines(graded.out);
  for (std::string line; std::getline(lines, line);) all.push_back(Json::parse(line));
  return all;
}

}  // namespace

TEST_CASE("the options of a choice may stand in the line") {
  const Workplace here("grade-options");
  const Finished graded =
      here.espalier({"grade", "--grader", "choice", "-"},
                    R"({"prediction": "The answer is Rome.", "reference": "B", "options": ["Paris", "Rome"]})"
                    "\n"
                    R"({"prediction": "The answer is Rome.", "reference": "B", "options": "Paris, Rome"})"
                    "\n");
  CHECK(graded.code == 2);
  REQUIRE(verdicts(graded).size() == 1);
  CHECK(verdicts(graded)[0].at("equal") == true);
  CHECK(graded.err ==
        "1 of 1 equal (100.0 %)\nstandard input:2: the field \"options\" must be a list of at most 26 texts\n");
}

TEST_CASE("a reference beyond the options counts as one that cannot be read") {
  const Workplace here("grade-beyond");
  const Finished graded = here.espalier({"grade", "--grader", "choice", "-"},
                                        R"({"prediction": "E", "reference": "E", "options": ["Paris", "Rome"]})");
  CHECK(graded.code == 0);
  CHECK(verdicts(graded).at(0).at("equal") == false);
  CHECK(verdicts(graded).at(0).at("reason") == "The reference is the letter of none of the options.");
  CHECK(contains(graded.err, "0 of 1 equal"));
  CHECK(contains(graded.err, "; the reference cannot be read in 1\n"));
}

TEST_CASE("graded lines come back one by one") {
  const Workplace here("grade");
  const Finished graded = here.espalier({"grade", "--grader", "number", "-"},
                                        "{\"prediction\": \"so 2 + 2 = 4\", \"reference\": \"4\"}\n"
                                        "\n"
                                        "{\"prediction\": \"no idea\", \"reference\": 4}\n"
                                        "{\"prediction\": \"4\", \"reference\": \"four\"}");
  CHECK(graded.code == 0);
  const auto lines = verdicts(graded);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].at("equal") == true);
  CHECK(lines[0].at("canonical") == Json::array({"4", "4"}));
  CHECK(lines[1].at("equal") == false);
  CHECK(lines[1].at("canonical") == Json::array({nullptr, "4"}));
  CHECK(lines[2].at("canonical") == Json::array({"4", nullptr}));
  CHECK(lines[2].at("reason") == "The reference cannot be read.");
  CHECK(graded.err == "1 of 3 equal (33.3 %); no answer was found in 1; the reference cannot be read in 1\n");
}

TEST_CASE("a bad line ends the grading, names itself and keeps what came before") {
  const Workplace here("grade-bad");
  const std::string good = "{\"prediction\": \"4\", \"reference\": \"4\"}\n";
  const auto after_good = [&](const std::string& line) {
    std::ofstream(here / "lines.jsonl") << good << line << "\n" << good;
    const Finished graded = here.espalier({"grade", "--grader", "number", "lines.jsonl"});
    CHECK(graded.code == 2);
    CHECK(verdicts(graded).size() == 1);
    CHECK(graded.err.starts_with("1 of 1 equal (100.0 %)\nlines.jsonl:2:"));
    return graded.err;
  };
  CHECK(contains(after_good("{\"perdiction\": \"4\", \"reference\": 4}"),
                 "has no field \"prediction\"; it has: perdiction, reference\n"));
  CHECK(contains(after_good("{\"prediction\": \"4\"}"), "has no field \"reference\"; it has: prediction\n"));
  CHECK(contains(after_good("{\"prediction\": null, \"reference\": 1}"), "the field \"prediction\" must be"));
  CHECK(contains(after_good("[]"), "is no JSON object"));
  CHECK(contains(after_good("{\"prediction\": "), "lines.jsonl:2:16: is no JSON: syntax error"));
}

TEST_CASE("a grader takes parameters from the command line and from a file") {
  const Workplace here("grade-with");
  const std::string line = "{\"prediction\": \"50%\", \"reference\": \"0.5\"}\n";
  const auto equal = [&](const std::vector<std::string>& with) {
    std::vector<std::string> arguments = {"grade", "--grader", "number", "-"};
    for (const auto& one : with) arguments.insert(arguments.end(), {"--with", one});
    const Finished graded = here.espalier(arguments, line);
    REQUIRE_MESSAGE(graded.code == 0, graded.err);
    return verdicts(graded).at(0).at("equal").get<bool>();
  };
  std::ofstream(here / "unit.toml") << "percent = \"unit\"\n";
  CHECK(equal({}));
  CHECK(!equal({"percent=unit"}));
  CHECK(!equal({"unit.toml"}));
  CHECK(equal({"unit.toml", "percent=\"either\""}));
  CHECK(equal({"percent=unit", "tolerance=1", "percent=either"}));
}

TEST_CASE("mistakes on grade's command line are told from failures") {
  const Workplace here("grade-mistakes");
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& words) {
    const Finished graded = here.espalier(arguments, "");
    CHECK(graded.code == 2);
    CHECK_MESSAGE(contains(graded.err, words), graded.err);
  };
  refused({"grade", "--grader", "numbr", "-"}, "did you mean number?");
  refused({"grade", "-"}, "--grader is missing");
  refused({"grade", "--grader", "number"}, "FILE is missing");
  refused({"grade", "--grader", "number", "nowhere.jsonl"}, "nowhere.jsonl cannot be read");
  refused({"grade", "--grader", "number", "."}, ". cannot be read");
  refused({"grade", "--grader", "number", "-", "--with", "tolerance=7"}, "tolerance must be in [0, 1], got 7");
  refused({"grade", "--grader", "number", "-", "--with", "tolerence=0"}, "did you mean tolerance?");
  refused({"grade", "--grader", "number", "-", "--with", "nowhere.toml"}, "nowhere.toml:1:1: cannot be read");
}
