#include "study/run/run_folder.hpp"

#include <algorithm>

#include "host/manifest/names.hpp"
#include "study/json.hpp"
#include "study/run/result_store.hpp"
#include "study/tables/summary_legends.hpp"

namespace espalier::study {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = "run.json";

fs::path plain(const fs::path& path) {
  const fs::path whole = fs::weakly_canonical(fs::absolute(path));
  return whole.has_filename() ? whole : whole.parent_path();
}

/// Whether `inner` is `outer` or lies below it.
bool within(const fs::path& inner, const fs::path& outer) {
  const auto [end, rest] = std::ranges::mismatch(outer, inner);
  return end == outer.end();
}

RunOrigin origin_of(const fs::path& folder) {
  const Json mark = read_json(folder / kMark);
  if (mark.at("espalier") != "run") throw std::runtime_error("is the mark of something else");
  return {mark.at("manifest").get<std::string>(), mark.at("overrides").get<std::vector<std::string>>(),
          mark.at("content").get<std::string>()};
}

std::string named(const RunOrigin& origin) {
  std::string text = origin.manifest.string();
  for (const auto& override : origin.overrides) text += " " + override;
  return text;
}

/// Whether the run of `before` goes on as `now`: the same file with the same overrides, whatever it says by now; or the
/// same text where the file is no longer there, as it was moved. (Equal texts in two places may mean other data.)
bool goes_on(const RunOrigin& before, const RunOrigin& now) {
  if (before.manifest == now.manifest) return before.overrides == now.overrides;
  return before.content == now.content && !fs::exists(before.manifest);
}

bool is_unfinished(const fs::directory_entry& entry) {
  return entry.path().filename().string().starts_with(kUnfinishedPrefix);
}

bool holds_anything(const fs::path& folder) {
  return !std::ranges::all_of(fs::directory_iterator(folder), fs::directory_iterator(), is_unfinished);
}

/// The files that `from` has and its seal does not list are somebody's own: they move to `to`.
void keep_foreign_files(const fs::path& from, const fs::path& to) {
  const Json listed = read_json(from / "files.json").at("files");
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const fs::path name = entry.path().lexically_relative(from);
    if (entry.is_directory() || name == "files.json" || listed.contains(name.string())) continue;
    fs::path target = to / name;
    while (fs::exists(target)) target += ".kept";
    fs::create_directories(target.parent_path());
    fs::rename(entry.path(), target);
  }
}

}  // namespace

std::vector<std::string> deciding_overrides(const std::vector<std::string>& overrides) {
  std::vector<std::string> deciding;
  std::ranges::copy_if(overrides, std::back_inserter(deciding),
                       [](const std::string& text) { return !text.starts_with("engine."); });
  return deciding;
}

fs::path default_run_folder(const fs::path& manifest, const std::vector<std::string>& overrides) {
  std::string name = manifest.stem().string();
  char before = '@';
  for (const auto& override : deciding_overrides(overrides)) {
    name += before + override;
    before = ',';
  }
  return fs::path("runs") / host::folder_spelling(name);
}

const std::vector<std::string>& reserved_stage_names() {
  static const std::vector<std::string> names = {kMark, "manifest.toml", "environment.json", "log.txt", "activity.bin"};
  return names;
}

RunFolder::RunFolder(fs::path folder, RunOrigin origin, const std::vector<std::string>& labels, const fs::path& store)
    : folder_(std::move(folder)), origin_(std::move(origin)) {
  if (folder_.empty()) throw FolderRefused("a run folder must have a name; give one with --output");
  const fs::path place = plain(folder_), stored = plain(store);
  origin_.manifest = plain(origin_.manifest);
  const auto refuse = [&](const std::string& why) {
    throw FolderRefused(folder_.string() + " " + why + "; name another folder with --output");
  };
  if (within(place, stored)) refuse("is the store, or lies in it: a run folder cannot");
  for (const auto& label : labels) {
    if (within(stored, place / label)) {
      throw FolderRefused("stage " + label + " would lie where the store " + store.string() +
                          " is; rename the stage, or name other folders with --output and --store");
    }
  }
  if (!fs::exists(fs::symlink_status(folder_))) return;
  if (!fs::is_directory(folder_)) refuse("is there and is no folder");
  // In this order, as another process may be marking the folder at this moment.
  const bool used = holds_anything(folder_);
  if (used && !fs::exists(folder_ / kMark))
    refuse("is there, is not empty and was not made by a run (it has no run.json)");
  check_mark();
  for (const auto& label : labels) {
    const fs::path result = folder_ / label;
    if (fs::exists(fs::symlink_status(result)) && !is_result(result)) {
      throw FolderRefused(result.string() +
                          " is in the way of the stage and was not made by a run (it has no files.json); move it away, "
                          "rename the stage, or name another folder with --output");
    }
  }
}

void RunFolder::check_mark() const {
  if (!fs::exists(folder_ / kMark)) return;
  std::string why;
  try {
    const RunOrigin other = origin_of(folder_);
    if (goes_on(other, origin_)) return;
    why = "holds the run of " + named(other);
  } catch (const std::exception& error) {
    why = std::string("has a run.json that cannot be read (") + error.what() + ")";
  }
  throw FolderRefused(folder_.string() + " " + why + "; name another folder with --output");
}

void RunFolder::open() {
  fs::create_directories(folder_);
  const auto lock = FileLock::lock(folder_);
  check_mark();
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (is_unfinished(entry)) fs::remove_all(entry.path());
  }
  write_file(folder_ / kMark, to_text({{"espalier", "run"},
                                       {"manifest", origin_.manifest.string()},
                                       {"overrides", origin_.overrides},
                                       {"content", origin_.content}},
                                      true) +
                                  "\n");
}

void RunFolder::write(const std::string& name, std::string_view text) {
  const auto lock = FileLock::lock(folder_);
  write_file(folder_ / name, text);
}

void RunFolder::show_running(const std::string& label, const fs::path& unfinished) {
  const auto lock = FileLock::lock(folder_);
  const fs::path link = folder_ / (label + std::string(kRunningEnding));
  if (fs::is_symlink(link)) fs::remove(link);
  if (!fs::exists(link)) fs::create_directory_symlink(plain(unfinished), link);
}

void RunFolder::hide_running(const std::string& label) {
  const fs::path link = folder_ / (label + std::string(kRunningEnding));
  std::error_code gone;
  if (fs::is_symlink(link)) fs::remove(link, gone);
}

void RunFolder::publish(const std::string& label, const fs::path& result, const Json& point) {
  const auto lock = FileLock::lock(folder_);
  hide_running(label);
  const fs::path target = folder_ / label;
  const bool there = fs::exists(fs::symlink_status(target));
  if (there && !is_result(target)) throw FolderRefused(target.string() + " was not made by a run; move it away");
  const bool same = there && point.empty() && read_file(target / "files.json") == read_file(result / "files.json");
  if (same && damage_of(target).empty()) return;
  const fs::path unfinished = make_unfinished_folder(folder_);
  for (const auto& entry : fs::recursive_directory_iterator(result)) {
    const fs::path copy = unfinished / entry.path().lexically_relative(result);
    if (entry.is_directory()) {
      fs::create_directories(copy);
    } else {
      link_or_copy(entry.path(), copy);
    }
  }
  if (!point.empty()) {
    Json summary = read_json(unfinished / "summary.json");
    field<kSummary>(summary, "point") = point;
    replace_in_result(unfinished, "summary.json", to_text(summary, true) + "\n");
  }
  sync_folder(unfinished);
  rename_folder(unfinished, target);
  if (!there) return;
  keep_foreign_files(unfinished, target);
  fs::remove_all(unfinished);
}

}  // namespace espalier::study
