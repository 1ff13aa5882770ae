#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

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

bool wanted(const Json& record, const std::string& id, const po::variables_map& arguments) {
  if (record.at("id") != id) return false;
  const auto arm = option_of(arguments, "arm");
  const auto seed = option_of(arguments, "seed");
  return (!arm || record.at("arm") == *arm) && (!seed || record.at("seed").dump() == *seed);
}

int run(const po::variables_map& arguments) {
  const std::string id = value_of(arguments, "PROBLEM_ID");
  const study::TreeStyle style{.width = terminal_width(), .lines_per_message = arguments.contains("full") ? 0 : 3};
  int shown = 0;
  for (const auto& folder : stage_folders(value_of(arguments, "RUN_DIR"), arguments)) {
    std::ifstream records(folder / "records.jsonl");
    int number = 0;
    for (std::string line; std::getline(records, line);) {
      const Json record = study::parse_json(line, (folder / "records.jsonl").string() + ":" + std::to_string(++number));
      if (!wanted(record, id, arguments)) continue;
      std::cout << (shown++ > 0 ? "\n" : "") << folder.filename().string() << " / " << study::draw_tree(record, style);
    }
  }
  if (shown == 0) throw UsageError("no record of problem \"" + id + "\" is there");
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
