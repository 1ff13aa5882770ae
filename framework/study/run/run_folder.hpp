#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "study/files.hpp"
#include "study/json.hpp"

namespace espalier::study {

/// A folder cannot be used for a run without harm to what is there; says so, and the way out. Exit code 2.
class FolderRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a run folder holds the run of.
struct RunOrigin {
  std::filesystem::path manifest;      ///< its file
  std::vector<std::string> overrides;  ///< that change results, as they were given
  std::string content;                 ///< hash of all that the manifest says
};

/// The default run folder: runs/<manifest's name>, with the overrides behind an @ where there are some that results may
/// depend on: all but settings of [engine].
std::filesystem::path default_run_folder(const std::filesystem::path& manifest,
                                         const std::vector<std::string>& overrides);
/// Those overrides.
std::vector<std::string> deciding_overrides(const std::vector<std::string>& overrides);

/// Names in a run folder that no stage can have, and an ending.
const std::vector<std::string>& reserved_stage_names();
inline constexpr std::string_view kRunningEnding = ".running";

/// The folder of a run: `run.json`, its mark, and whatever is written or published below. Only what carries the mark of
/// a run or of a result is ever replaced, and files that others put into it stay. Several processes may run the same
/// manifest in one folder; what is written is written under a lock.
class RunFolder {
 public:
  /// Looks whether `folder` can hold the run, with folders called `labels`, and writes nothing. Throws FolderRefused
  /// when the folder is there and is not this manifest's, when something in the way was not made by a run, or when the
  /// folder lies in the store.
  RunFolder(std::filesystem::path folder, RunOrigin origin, const std::vector<std::string>& labels,
            const std::filesystem::path& store);

  const std::filesystem::path& path() const { return folder_; }

  /// Makes the folder and its mark, and takes away what killed processes left half-written. Throws FolderRefused when
  /// another manifest's run was faster.
  void open();
  /// Replaces the text of a file of the run's own.
  void write(const std::string& name, std::string_view text);
  /// Shows where the result of a stage is being written, as LABEL.running.
  void show_running(const std::string& label, const std::filesystem::path& unfinished);
  /// Takes that away again.
  void hide_running(const std::string& label);
  /// Puts a sealed result into the folder under its label: as second names of the same files where the file system has
  /// them, as copies elsewhere. Its summary.json gets `point`, the point of the sweep, unless that is empty: a result
  /// does not know which points of which manifests it is the result of.
  void publish(const std::string& label, const std::filesystem::path& result, const Json& point = Json::object());

 private:
  void check_mark() const;

  std::filesystem::path folder_;
  RunOrigin origin_;
};

}  // namespace espalier::study
