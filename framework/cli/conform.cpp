#include <filesystem>
#include <iostream>

#include "command.hpp"
#include "conformance/conformance.hpp"
#include "study/run/run.hpp"

namespace espalier::cli {
namespace {

int run(const po::variables_map& arguments) {
  conformance::Subject subject{.library = value_of(arguments, "FILE"), .golds = values_of(arguments, "gold")};
  if (const auto with = option_of(arguments, "with")) subject.with = *with;
  if (!std::filesystem::exists(subject.library)) throw UsageError(subject.library.string() + " is not there");
  const int broken = conformance::conform(subject, std::cout);
  return broken == 0 ? study::kDone : study::kFailed;
}

}  // namespace

Command conform_command() {
  return {.name = "conform",
          .usage = "espalier conform FILE.so [--with P.toml] [--gold TEXT]...",
          .summary = "Checks that a plugin does what every plugin of its kind must.",
          .details =
              "Graders are tried on sample texts: numbers, letters, words. One that reads another kind of answers, "
              "such as\n"
              "dates, needs some of these: --gold 2021-05-03.",
          .options = {{"with", "P.toml", "the plugin's parameters"},
                      {"gold", "TEXT", "a gold answer that the grader must read", true}},
          .positional = {"FILE"},
          .run = run};
}

}  // namespace espalier::cli
