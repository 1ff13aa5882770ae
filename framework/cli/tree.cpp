#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "command.hpp"
#include "study/json.hpp"
#include "study/run.hpp"
#include "study/tree_view.hpp"

namespace espalier::cli {
namespace {

namespace fs = std::filesystem;
using study::Json;

/// Folders of stages with records, by name.
std::vector<fs::path> stage_folders(const fs::path& run, const po::variables_map& arguments) {
  if (!fs::is_directory(run)) throw UsageError(run.string() + " is no run folder");
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(run)) {
    if (!fs::exists(entry.path() / "records.jsonl")) continue;
    if (const auto stage = option_of(arguments, "stage"); stage && entry.path().filename() != *stage) continue;
    folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  if (folders.empty()) throw UsageError(run.string() + " has no such stage with records");
  return folders;
}

/// The values that records have of something they may be chosen by.
class Choice {
 public:
  Choice(std::string name, std::optional<std::string> wanted) : name_(std::move(name)), wanted_(std::move(wanted)) {}

  /// Whether the record with this value may be shown.
  bool takes(const std::string& value) {
    if (std::ranges::find(seen_, value) == seen_.end()) seen_.push_back(value);
    return !wanted_ || value == *wanted_;
  }
  /// Throws UsageError if none of the values seen is the wanted one.
  void check(const std::string& of) const {
    if (!wanted_ || std::ranges::find(seen_, *wanted_) != seen_.end()) return;
    constexpr std::size_t shown = 12;
    std::string list;
    for (std::size_t i = 0; i < std::min(shown, seen_.size()); ++i) list += (i > 0 ? ", " : "") + seen_[i];
    if (seen_.size() > shown) list += " and " + std::to_string(seen_.size() - shown) + " more";
    throw UsageError(of + " has no " + name_ + " \"" + *wanted_ + "\"; there " + (seen_.size() == 1 ? "is " : "are ") +
                     list);
  }

 private:
  std::string name_;
  std::optional<std::string> wanted_;
  std::vector<std::string> seen_;
};

int run(const po::variables_map& arguments) {
  const std::string run_folder = value_of(arguments, "RUN_DIR"), id = value_of(arguments, "PROBLEM_ID");
  const study::TreeStyle style{.width = terminal_width(), .lines_per_message = arguments.contains("full") ? 0 : 3};
  Choice problems("problem", id), arms("arm", option_of(arguments, "arm")), seeds("seed", option_of(arguments, "seed"));
  int shown = 0;
  for (const auto& folder : stage_folders(run_folder, arguments)) {
    std::ifstream records(folder / "records.jsonl");
    std::size_t number = 0;
    for (std::string line; std::getline(records, line);) {
      const Json record = study::parse_json(line, (folder / "records.jsonl").string(), ++number);
      if (!problems.takes(record.at("id").get<std::string>())) continue;
      const bool of_arm = arms.takes(record.at("arm").get<std::string>());
      if (!seeds.takes(record.at("seed").dump()) || !of_arm) continue;
      std::cout << (shown++ > 0 ? "\n" : "") << folder.filename().string() << " / " << study::draw_tree(record, style);
    }
  }
  problems.check(run_folder);
  arms.check("problem " + id);
  seeds.check("problem " + id);
  if (shown == 0) throw UsageError("problem " + id + " has no record of that arm with that seed");
  return study::kDone;
}

}  // namespace

Command tree_command() {
  return {.name = "tree",
          .usage = "espalier tree RUN_DIR PROBLEM_ID [--stage S] [--arm A] [--seed N] [--full]",
          .summary = "Prints the search trees of a problem.",
          .options = {{"stage", "S", "only this stage of the run"},
                      {"arm", "A", "only this arm"},
                      {"seed", "N", "only this seed"},
                      {"full", "", "do not cut long messages"}},
          .positional = {"RUN_DIR", "PROBLEM_ID"},
          .run = run};
}

}  // namespace espalier::cli
