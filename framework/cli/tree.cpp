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

void declare(po::options_description& options) {
  options.add_options()("stage", po::value<std::string>(), "only this stage of the run")(
      "arm", po::value<std::string>(), "only this arm")("seed", po::value<std::int64_t>(), "only this seed")(
      "full", "do not cut long messages");
}

/// Folders of stages with records, by name.
std::vector<fs::path> stage_folders(const fs::path& run, const po::variables_map& arguments) {
  if (!fs::is_directory(run)) throw UsageError(run.string() + " is no run folder");
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(run)) {
    if (!fs::exists(entry.path() / "records.jsonl")) continue;
    if (arguments.contains("stage") && entry.path().filename() != arguments["stage"].as<std::string>()) continue;
    folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  if (folders.empty()) throw UsageError(run.string() + " has no such stage with records");
  return folders;
}

bool wanted(const Json& record, const std::string& id, const po::variables_map& arguments) {
  if (record.at("id") != id) return false;
  if (arguments.contains("arm") && record.at("arm") != arguments["arm"].as<std::string>()) return false;
  return !arguments.contains("seed") || record.at("seed") == arguments["seed"].as<std::int64_t>();
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
          .declare = declare,
          .positional = {"RUN_DIR", "PROBLEM_ID"},
          .run = run};
}

}  // namespace espalier::cli
