#include <iostream>

#include "command.hpp"
#include "manifests.hpp"
#include "study/run.hpp"

namespace espalier::cli {
namespace {

int run(const po::variables_map& arguments) {
  const auto manifests = values_of(arguments, "MANIFEST");
  if (manifests.empty()) throw UsageError("MANIFEST is missing");
  for (const auto& manifest : manifests) {
    if (is_override(manifest)) throw UsageError(manifest + " is no file, and only `espalier run` takes key=value");
  }
  int worst = study::kDone;
  for (const auto& manifest : manifests) {
    const host::Diagnostics diagnostics = diagnose(manifest, {});
    std::cerr << diagnostics.text();
    if (diagnostics.failed()) {
      worst = study::kMistaken;
    } else {
      std::cout << manifest << " is right\n";
    }
  }
  return worst;
}

}  // namespace

Command check_command() {
  return {.name = "check",
          .usage = "espalier check MANIFEST...",
          .summary = "Shows every mistake in manifests, with its position, without running anything.",
          .positional = {"MANIFEST..."},
          .run = run};
}

}  // namespace espalier::cli
