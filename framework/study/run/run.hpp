#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace espalier::study {

/// One `espalier run`.
struct RunRequest {
  std::filesystem::path manifest;
  std::vector<std::string> overrides;          ///< "a.b=value"
  std::filesystem::path output;                ///< the run folder
  std::filesystem::path store = "runs/store";  ///< calls and finished stages, shared by runs
  bool fresh = false;                          ///< compute stages again that are in the store
  bool dry_run = false;                        ///< check, and say what would be done
};

/// Exit codes of the program.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kMistaken = 2;

/// Checks a manifest and, when nothing is wrong, runs its stages in an order in which every stage follows those it
/// uses. Tables go to `out`, what is wrong to `err`. Returns kDone; kFailed when a problem failed, a plugin could not
/// be used or the run was stopped; kMistaken when the manifest is wrong (and nothing was written), or the data of a
/// stage, which are loaded when it is its turn.
int run_manifest(const RunRequest& request, std::ostream& out, std::ostream& err);

}  // namespace espalier::study
