#include <filesystem>
#include <iostream>

#include "command.hpp"
#include "conformance/conformance.hpp"
#include "study/run.hpp"

namespace espalier::cli {
namespace {

int run(const po::variables_map& arguments) {
  conformance::Subject subject{.library = value_of(arguments, "FILE")};
  if (const auto with = option_of(arguments, "with")) subject.with = *with;
  if (!std::filesystem::exists(subject.library)) throw UsageError(subject.library.string() + " is not there");
  const int broken = conformance::conform(subject, std::cout);
  return broken == 0 ? study::kDone : study::kFailed;
}

}  // namespace

Command conform_command() {
  return {.name = "conform",
          .usage = "espalier conform FILE.so [--with P.toml]",
          .summary = "Checks that a plugin does what every plugin of its kind must.",
          .options = {{"with", "P.toml", "the plugin's parameters"}},
          .positional = {"FILE"},
          .run = run};
}

}  // namespace espalier::cli
