#include "study/run/run.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "command.hpp"
#include "manifests.hpp"
#include "study/run/run_folder.hpp"
#include "study/run/stop_signals.hpp"

namespace espalier::cli {
namespace {

namespace fs = std::filesystem;

/// Whether all manifests are right, so that the last one's mistakes do not show after hours of the others' runs.
/// Warnings are left to these.
bool all_right(const std::vector<fs::path>& manifests, const std::vector<std::string>& overrides) {
  host::Diagnostics mistakes;
  for (const auto& manifest : manifests) {
    host::Catalog catalog = host::Catalog::standard();
    if (const host::Diagnostics found = diagnose(manifest, overrides, catalog); found.failed()) mistakes.add(found);
  }
  std::cerr << mistakes.text();
  return !mistakes.failed();
}

/// Whether an argument that is no file reads like an override without its value.
bool may_be_key(const std::string& argument) {
  const fs::path path(argument);
  return !fs::exists(path) && !path.has_parent_path() && path.extension() != ".toml";
}

/// Where the run of a manifest goes. Two of them are never in one folder, which would show only after the first one's
/// hours.
std::vector<fs::path> run_folders(const std::vector<fs::path>& manifests, const std::vector<std::string>& overrides,
                                  const std::optional<std::string>& output) {
  std::vector<fs::path> folders;
  for (const auto& manifest : manifests) {
    fs::path folder = study::default_run_folder(manifest, overrides);
    if (output) folder = manifests.size() > 1 ? fs::path(*output) / folder.filename() : fs::path(*output);
    if (const auto other = std::ranges::find(folders, folder); other != folders.end()) {
      const auto& first = manifests[static_cast<std::size_t>(other - folders.begin())];
      throw UsageError(first.string() + " and " + manifest.string() + " would both be in " + folder.string() +
                       "; run one of them with an --output of its own");
    }
    folders.push_back(std::move(folder));
  }
  return folders;
}

int run(const po::variables_map& arguments) {
  std::vector<fs::path> manifests;
  std::vector<std::string> overrides;
  for (const auto& value : values_of(arguments, "MANIFEST")) {
    if (is_override(value)) {
      overrides.push_back(value);
    } else if (may_be_key(value)) {
      throw UsageError("there is no file " + value + "; if it is a key of the manifest, override it as in " + value +
                       "=20");
    } else {
      manifests.emplace_back(value);
    }
  }
  if (manifests.empty()) throw UsageError("MANIFEST is missing");
  const auto folders = run_folders(manifests, overrides, option_of(arguments, "output"));
  if (manifests.size() > 1 && !all_right(manifests, overrides)) return study::kMistaken;
  int worst = study::kDone;
  for (std::size_t i = 0; i < manifests.size(); ++i) {
    const study::RunRequest request{.manifest = manifests[i],
                                    .overrides = overrides,
                                    .output = folders[i],
                                    .store = option_of(arguments, "store").value_or("runs/store"),
                                    .fresh = arguments.contains("fresh"),
                                    .dry_run = arguments.contains("dry-run")};
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
          .options = {{"output", "DIR", "run folder (default: runs/<manifest's name>, with the overrides behind an @)"},
                      {"store", "DIR", "calls and finished stages, shared by runs (default: runs/store)"},
                      {"fresh", "", "compute finished stages again (stored calls are still used)"},
                      {"dry-run", "", "check, and say what would be done"}},
          .positional = {"MANIFEST..."},
          .run = run};
}

}  // namespace espalier::cli
