#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "cli/program.hpp"
#include "study/json.hpp"

using namespace espalier::tests;
using espalier::study::Json;
using espalier::study::read_json;

namespace {

const std::string manifest = source_file("tests/cli/embedded_model.toml");

std::vector<std::string> run_with(const std::vector<std::string>& overrides) {
  std::vector<std::string> words = {"run", manifest, "--output", "run", "--store", "store"};
  words.insert(words.end(), overrides.begin(), overrides.end());
  return words;
}

std::string records_of(const Workplace& here) { return text_of(here / "run/compare/records.jsonl"); }

/// What a run in one go writes, computed once.
const std::string& undisturbed() {
  static const std::string records = [] {
    const Workplace here("embedded-undisturbed");
    const Finished run = here.espalier(run_with({}));
    REQUIRE_MESSAGE(run.code == 0, run.err);
    return records_of(here);
  }();
  return records;
}

}  // namespace

TEST_CASE("records are the same bytes for every batch limit and number of threads") {
  REQUIRE_FALSE(undisturbed().empty());
  for (const char* batch : {"1", "16", "256"}) {
    for (const char* threads : {"1", "2"}) {
      const Workplace here(std::string("embedded-batch-") + batch + "-threads-" + threads);
      const Finished run =
          here.espalier(run_with({std::string("engine.max_batch=") + batch, std::string("engine.threads=") + threads}));
      REQUIRE_MESSAGE(run.code == 0, run.err);
      CHECK_MESSAGE((records_of(here) == undisturbed()), "batch ", batch, ", threads ", threads);
    }
  }
}

TEST_CASE("a run killed three times ends with the records of a run in one go") {
  const Workplace here("embedded-killed");
  int killed = 0;
  for (const int milliseconds : {700, 900, 1100}) {
    const pid_t child = here.start(run_with({"engine.max_batch=16"}));
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    ::kill(child, SIGKILL);
    killed += here.wait(child).code == 128 + SIGKILL ? 1 : 0;
  }
  CHECK(killed > 0);
  const Finished run = here.espalier(run_with({"engine.max_batch=16"}));
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK((records_of(here) == undisturbed()));
}
