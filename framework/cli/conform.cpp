#include <filesystem>
#include <iostream>

#include "command.hpp"
#include "conformance/conformance.hpp"
#include "study/run.hpp"

namespace espalier::cli {
namespace {

void declare(po::options_description& options) {
  options.add_options()("with", po::value<std::string>(), "TOML file with the plugin's parameters");
}

int run(const po::variables_map& arguments) {
  conformance::Subject subject{.library = value_of(arguments, "FILE")};
  if (arguments.contains("with")) subject.with = arguments["with"].as<std::string>();
  if (!std::filesystem::exists(subject.library)) throw UsageError(subject.library.string() + " is not there");
  const int broken = conformance::conform(subject, std::cout);
  return broken == 0 ? study::kDone : study::kFailed;
}

}  // namespace

Command conform_command() {
  return {.name = "conform",
          .usage = "espalier conform FILE.so [--with P.toml]",
          .summary = "Checks that a plugin does what every plugin of its kind must.",
          .declare = declare,
          .positional = {"FILE"},
          .run = run};
}

}  // namespace espalier::cli
