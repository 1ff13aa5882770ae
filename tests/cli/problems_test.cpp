#include <doctest/doctest.h>

#include "cli/program.hpp"
#include "study/json.hpp"

using namespace espalier::tests;
using espalier::study::Json;
using espalier::study::read_json;

namespace {

/// Three problems in a file of their own, and one voice that always says 2.
void write_study(const Workplace& here) {
  std::ofstream(here / "three.jsonl") << R"({"question": "1+1?", "answer": "#### 2"})"
                                      << "\n"
                                      << R"({"question": "1+2?", "answer": "#### 3"})"
                                      << "\n"
                                      << R"({"question": "2+2?", "answer": "#### 4"})"
                                      << "\n";
  std::ofstream(here / "study.toml") << R"(
[models.voice]
type = "scripted"
rules = [{ when = "", replies = ["The answer is 2."] }]
[agents.solver]
type = "language_model"
model = "voice"
[topology]
type = "chain"
roles = ["solver"]
[datasets.three]
type = "gsm8k"
file = "three.jsonl"
[stages.solve]
do = "solve"
problems = { dataset = "three", shuffle = 1, limit = 2 }
search = { type = "single_pass" }
)";
}

Json summary(const Workplace& here, const std::string& run) {
  return read_json(here / (run + "/solve/summary.json")).at("arms").at(0);
}

}  // namespace

TEST_CASE("a run says how its grader stood its check") {
  const Workplace here("grader-check");
  write_study(here);
  REQUIRE(here.espalier({"run", "study.toml", "--output", "run"}).code == 0);
  const Json grading = summary(here, "run").at("grading");
  CHECK(grading.at("grader") == "number");
  CHECK(grading.at("build").get<std::string>().size() == 32);
  CHECK(grading.at("golds") == 2);
  CHECK(grading.at("altered") == 4);
  CHECK(grading.at("accepted") == 0);
}

TEST_CASE("a grader that takes wrong answers for gold ones is refused, or reported where that is wanted") {
  const Workplace here("lenient");
  write_study(here);
  const std::string lenient = "datasets.three.grader={type = \"number\", tolerance = 1}";
  const Finished refused = here.espalier({"run", "study.toml", lenient});
  CHECK(refused.code == 2);
  CHECK_MESSAGE(contains(refused.err, "(another digit) is taken for the gold answer"), refused.err);
  CHECK_MESSAGE(contains(refused.err, "or say problems.proof = \"reported\""), refused.err);
  const Finished reported =
      here.espalier({"run", "study.toml", lenient, "stages.solve.problems.proof=reported", "--output", "run"});
  CHECK(reported.code == 0);
  CHECK(contains(reported.out, "its grader takes wrong answers for right ones: problem q-"));
  CHECK(summary(here, "run").at("grading").at("accepted") == 2);
}

TEST_CASE("a run's problems can be frozen, and changes in the data are found") {
  const Workplace here("frozen");
  write_study(here);
  REQUIRE(here.espalier({"run", "study.toml", "--output", "run"}).code == 0);
  const std::vector<std::string> again = {
      "run", "study.toml", "stages.solve.problems={dataset = \"three\", frozen = \"run/solve/problems.json\"}",
      "--output", "again"};
  REQUIRE(here.espalier(again).code == 0);
  CHECK(text_of(here / "again/solve/problems.json") == text_of(here / "run/solve/problems.json"));
  CHECK(summary(here, "again").at("correct") == summary(here, "run").at("correct"));

  const std::string data = text_of(here / "three.jsonl");
  const Json frozen = read_json(here / "run/solve/problems.json").at("lists").at("test");
  REQUIRE(frozen.size() == 2);
  std::ofstream(here / "three.jsonl") << data.substr(0, data.find('\n') + 1);
  const Finished missing = here.espalier(again);
  CHECK(missing.code == 2);
  CHECK_MESSAGE(contains(missing.err, "the dataset has no problem \"q-"), missing.err);

  std::string corrected = data;
  for (std::size_t at = 0; (at = corrected.find("####", at)) != std::string::npos; ++at) corrected.insert(at + 5, "1");
  std::ofstream(here / "three.jsonl") << corrected;
  const Finished changed = here.espalier(again);
  CHECK(changed.code == 2);
  CHECK_MESSAGE(contains(changed.err, "its question or its gold answer has changed"), changed.err);
}
