#include "host/check.hpp"

#include <iostream>

#include "command.hpp"
#include "host/manifest.hpp"
#include "study/run.hpp"

namespace espalier::cli {
namespace {

int run(const po::variables_map& arguments) {
  const auto manifests = values_of(arguments, "MANIFEST");
  if (manifests.empty()) throw UsageError("MANIFEST is missing");
  int worst = study::kDone;
  for (const auto& manifest : manifests) {
    host::Diagnostics diagnostics;
    const host::Node root = host::load_manifest(manifest, {}, diagnostics);
    host::Catalog catalog = host::Catalog::standard();
    host::check_manifest(root, catalog, study::manifest_rules(), diagnostics);
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
