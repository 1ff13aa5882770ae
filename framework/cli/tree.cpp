#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "command.hpp"
#include "host/nearest.hpp"
#include "study/json.hpp"
#include "study/results/records.hpp"
#include "study/run/run.hpp"
#include "study/run/run_folder.hpp"
#include "study/tables/tree_view.hpp"

namespace espalier::cli {
namespace {

namespace fs = std::filesystem;
using study::Json;

/// A stage's label; what there is so far of a running one is shown under the label with an ending.
std::string label_of(const fs::path& folder) {
  std::string name = folder.filename().string();
  if (name.ends_with(study::kRunningEnding)) name.resize(name.size() - study::kRunningEnding.size());
  return name;
}

/// How far a stage is that has no summary so far: "compare is not finished: 120 of 2000 problems". Empty for one that
/// is.
std::string unfinished(const fs::path& folder) {
  if (fs::exists(folder / "summary.json")) return "";
  std::string text = label_of(folder) + " is not finished";
  try {
    const Json progress = study::read_json(folder / "progress.json");
    text += ": " + progress.at("done").dump() + " of " + progress.at("of").dump() + " problems";
  } catch (const std::exception&) {  // it has just ended, or was killed before it said so
  }
  return text;
}

/// What a record says before its question, which is all that it can be chosen by. Keys come in a fixed order, and no
/// text inside a JSON string can look like a key.
Json head_of(const std::string& line, const std::string& file, std::size_t number) {
  const auto end = line.find(",\"question\":");
  return study::parse_json(end == std::string::npos ? line : line.substr(0, end) + "}", file, number);
}

/// The values that there are of something that may be chosen.
class Choice {
 public:
  Choice(std::string name, std::optional<std::string> wanted) : name_(std::move(name)), wanted_(std::move(wanted)) {}

  /// Whether what has this value may be shown.
  bool takes(const std::string& value) {
    note(value);
    return !wanted_ || value == *wanted_;
  }
  /// Remembers a value that there is.
  void note(const std::string& value) {
    if (std::ranges::find(seen_, value) == seen_.end()) seen_.push_back(value);
  }
  bool none() const { return seen_.empty(); }
  bool found() const { return !wanted_ || std::ranges::find(seen_, *wanted_) != seen_.end(); }
  /// Throws UsageError if none of the values seen is the wanted one.
  void check(const std::string& of) const {
    if (found()) return;
    throw UsageError(of + " has no " + name_ + " \"" + *wanted_ + "\"" + host::did_you_mean(*wanted_, seen_) +
                     "; there " + (seen_.size() == 1 ? "is " : "are ") + list());
  }

 private:
  std::string list() const {
    constexpr std::size_t shown = 12;
    const auto first = std::span(seen_).first(std::min(shown, seen_.size()));
    const std::string more = seen_.size() > shown ? " and " + std::to_string(seen_.size() - shown) + " more" : "";
    return host::enumerate(first) + more;
  }

  std::string name_;
  std::optional<std::string> wanted_;
  std::vector<std::string> seen_;
};

/// Folders of stages with records, by name; of a swept stage, those of all points or of the one that is named.
std::vector<fs::path> stage_folders(const fs::path& run, const std::optional<std::string>& wanted) {
  if (!fs::is_directory(run)) throw UsageError(run.string() + " is no run folder");
  std::vector<fs::path> there;
  for (const auto& entry : fs::directory_iterator(run)) {
    if (fs::exists(entry.path() / "records.jsonl")) there.push_back(entry.path());
  }
  if (there.empty()) throw UsageError(run.string() + " has no stage with records");
  std::sort(there.begin(), there.end());
  Choice stages("stage", wanted);
  std::vector<fs::path> folders;
  for (const auto& folder : there) {
    const std::string label = label_of(folder);
    const std::string name = label.substr(0, label.find('@'));
    const bool of_wanted = name == wanted;
    stages.note(name);
    if (stages.takes(label) || of_wanted) folders.push_back(folder);
  }
  stages.check(run.string());
  return folders;
}

/// What is drawn, and of which problems.
struct Drawings {
  std::vector<std::string> trees;
  std::vector<std::string> ids;  ///< each once

  void add(const std::string& id, std::string tree) {
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
    trees.push_back(std::move(tree));
  }
};

int run(const po::variables_map& arguments) {
  const std::string run_folder = value_of(arguments, "RUN_DIR"), wanted = value_of(arguments, "ID|INDEX");
  const study::TreeStyle style{.width = terminal_width(), .lines_per_message = arguments.contains("full") ? 0 : 3};
  Choice problems("problem", wanted), arms("arm", option_of(arguments, "arm")),
      seeds("seed", option_of(arguments, "seed"));
  Drawings by_id, by_index;
  bool is_id = false;
  for (const auto& folder : stage_folders(run_folder, option_of(arguments, "stage"))) {
    const std::string file = (folder / "records.jsonl").string();
    const std::string state = unfinished(folder);
    if (!state.empty()) std::cerr << state << "\n";
    std::ifstream records(file);
    std::size_t number = 0;
    for (std::string line; std::getline(records, line);) {
      if (records.eof() && !state.empty()) break;  // a line that is being written
      const Json head = head_of(line, file, ++number);
      Drawings* drawings = nullptr;  // that it belongs to
      study::read_line(file, number, study::kNoRecord, [&] {
        const bool has_id = problems.takes(study::member<std::string>(head, "id"));
        const bool has_index = head.at("index").dump() == wanted;
        is_id = is_id || has_id;
        if (has_index) problems.note(wanted);
        if (!has_id && !has_index) return;
        const bool of_arm = arms.takes(study::member<std::string>(head, "arm"));
        if (seeds.takes(head.at("seed").dump()) && of_arm) drawings = has_id ? &by_id : &by_index;
      });
      if (drawings == nullptr) continue;
      const Json record = study::parse_json(line, file, number);
      study::read_line(file, number, study::kNoRecord, [&] {
        drawings->add(record.at("id"), label_of(folder) + " / " + study::draw_tree(record, style));
      });
    }
  }
  if (problems.none()) throw UsageError(run_folder + " has no record so far");
  problems.check(run_folder);
  arms.check("problem " + wanted);
  seeds.check("problem " + wanted);
  const Drawings& drawn = is_id ? by_id : by_index;
  if (drawn.trees.empty()) throw UsageError("problem " + wanted + " has no record of that arm with that seed");
  for (const auto& tree : drawn.trees) std::cout << (&tree != &drawn.trees.front() ? "\n" : "") << tree;
  if (is_id && !by_index.trees.empty())
    std::cerr << wanted << " is taken for an id; with that index there is " << host::enumerate(by_index.ids) << "\n";
  return study::kDone;
}

}  // namespace

Command tree_command() {
  return {.name = "tree",
          .usage = "espalier tree RUN_DIR ID|INDEX [--stage S] [--arm A] [--seed N] [--full]",
          .summary = "Prints the search trees of a problem.",
          .details = "A problem is named by its id, or by its index in records.jsonl, which counts from 0; an id wins.",
          .options = {{"stage", "S",
                       "only this stage of the run; of a swept one all points, or one as \"compare@calls=20\""},
                      {"arm", "A", "only this arm"},
                      {"seed", "N", "only this seed"},
                      {"full", "", "do not cut long messages"}},
          .positional = {"RUN_DIR", "ID|INDEX"},
          .run = run};
}

}  // namespace espalier::cli
