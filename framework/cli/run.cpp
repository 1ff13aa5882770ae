#include "study/run.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "command.hpp"
#include "manifests.hpp"
#include "study/stop_signals.hpp"

namespace espalier::cli {
namespace {

namespace fs = std::filesystem;

/// Whether all manifests are right, so that the last one's mistakes do not show after hours of the others' runs.
/// Warnings are left to these.
bool all_right(const std::vector<fs::path>& manifests, const std::vector<std::string>& overrides) {
  host::Diagnostics mistakes;
  for (const auto& manifest : manifests) {
    if (const host::Diagnostics found = diagnose(manifest, overrides); found.failed()) mistakes.add(found);
  }
  std::cerr << mistakes.text();
  return !mistakes.failed();
}

int run(const po::variables_map& arguments) {
  std::vector<fs::path> manifests;
  std::vector<std::string> overrides;
  for (const auto& value : values_of(arguments, "MANIFEST")) {
    if (is_override(value)) {
      overrides.push_back(value);
    } else {
      manifests.emplace_back(value);
    }
  }
  if (manifests.empty()) throw UsageError("MANIFEST is missing");
  if (manifests.size() > 1 && !all_right(manifests, overrides)) return study::kMistaken;
  int worst = study::kDone;
  for (const auto& manifest : manifests) {
    study::RunRequest request{.manifest = manifest,
                              .overrides = overrides,
                              .output = fs::path("runs") / manifest.stem(),
                              .store = option_of(arguments, "store").value_or("runs/store"),
                              .fresh = arguments.contains("fresh"),
                              .dry_run = arguments.contains("dry-run")};
    if (const auto output = option_of(arguments, "output")) {
      request.output = *output;
      if (manifests.size() > 1) request.output /= manifest.stem();
    }
    worst = std::max(worst, study::run_manifest(request, std::cout, std::cerr));
    if (study::stop_was_requested()) break;
  }
  return worst;
}

}  // namespace

Command run_command() {
  return {.name = "run",
          .usage = "espalier run MANIFEST... [key=value ...] [--output DIR] [--store DIR] [--fresh] [--dry-run]",
          .summary = "Runs the stages of manifests and prints their tables.",
          .details =
              "key=value overrides a key of the manifest, as in stages.compare.problems.limit=20.\n"
              "Of several manifests none is run before all are right.\n"
              "Ctrl-C stops after the running calls; the same command then goes on where it was. A second\n"
              "Ctrl-C stops at once; finished calls are kept then too.",
          .options = {{"output", "DIR", "run folder (default: runs/<manifest's name>)"},
                      {"store", "DIR", "calls and finished stages, shared by runs (default: runs/store)"},
                      {"fresh", "", "compute finished stages again (stored calls are still used)"},
                      {"dry-run", "", "check, and say what would be done"}},
          .positional = {"MANIFEST..."},
          .run = run};
}

}  // namespace espalier::cli
