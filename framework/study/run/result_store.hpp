#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "study/files.hpp"

namespace espalier::study {

/// Lists every file of a result with its size and hash in `files.json`, the mark of a complete result, and syncs the
/// folder. Nothing but that file says that a result is whole, and it is written last.
void seal_result(const std::filesystem::path& folder);

/// Replaces the text of one file of a sealed result and seals it anew; the others are not looked at.
void replace_in_result(const std::filesystem::path& folder, const std::string& name, std::string_view text);

/// Whether a folder is a result: something that a run made and may replace.
bool is_result(const std::filesystem::path& folder);

/// Why a sealed result is no longer what was sealed ("records.jsonl is missing"); "" when every file is.
std::string damage_of(const std::filesystem::path& folder);

/// Results of stages by the hash of all that determines them. In the store's folder:
///
///     stages/HASH/             finished, sealed, read-only: complete or not there
///     unfinished/HASH/result/  being written
///     unfinished/HASH/work/    what lets an unfinished stage go on after a stop or a kill
///     unfinished/HASH.lock     held by the process that computes it, which it names
///
/// Runs of several processes may share a store: who holds the lock of a hash writes, and everybody reads what is
/// finished.
class ResultStore {
 public:
  explicit ResultStore(std::filesystem::path store) : store_(std::move(store)) {}

  /// The folder of a finished result, if it is there and as it was written. One that is damaged counts as missing, and
  /// is told to `damaged`.
  std::optional<std::filesystem::path> find(const std::string& hash,
                                            const std::function<void(const std::string&)>& damaged = {}) const;

  /// Takes the lock of a hash for `holder`. While another has it, `wait` is called with what that one is called, again
  /// and again; when it returns false there is no lock.
  std::optional<FileLock> lock(const std::string& hash, const std::string& holder,
                               const std::function<bool(const std::string&)>& wait) const;

  // For whoever holds the lock.

  /// An empty folder to write a result into.
  std::filesystem::path begin(const std::string& hash) const;
  /// Where a stage keeps what it needs to go on; made by the stage.
  std::filesystem::path workspace(const std::string& hash) const;
  /// Makes what was written and sealed the result of `hash`, in place of an older one, and takes its workspace away.
  /// Returns its folder.
  std::filesystem::path keep(const std::string& hash) const;
  /// Removes all that is unfinished of a hash.
  void forget(const std::string& hash) const;
  /// Removes what was written of a result, but not its workspace.
  void discard(const std::string& hash) const;

  /// Removes halves of results that killed processes left, of all hashes that nobody holds.
  void clean() const;

 private:
  std::filesystem::path finished(const std::string& hash) const { return store_ / "stages" / hash; }
  std::filesystem::path unfinished(const std::string& hash) const { return store_ / "unfinished" / hash; }
  std::filesystem::path lock_file(const std::string& hash) const;

  std::filesystem::path store_;
};

}  // namespace espalier::study
