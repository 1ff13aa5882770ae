#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace espalier::study {

/// Finished results of stages by the hash of all that determines them, in `<store>/stages`. A folder appears there
/// complete or not at all, so runs of several processes may share a store.
class ResultStore {
 public:
  explicit ResultStore(std::filesystem::path store) : store_(std::move(store)) {}

  /// The folder of a finished result, if it is there.
  std::optional<std::filesystem::path> find(const std::string& hash) const;
  /// Returns an empty folder to write a result into.
  std::filesystem::path begin(const std::string& hash) const;
  /// Makes what was written under `begin` the result of `hash`, in place of an older one. Returns its folder.
  std::filesystem::path keep(const std::filesystem::path& written, const std::string& hash) const;
  /// Where an unfinished stage may keep what it needs to go on after it was stopped or killed; made by the stage.
  std::filesystem::path workspace(const std::string& hash) const;

 private:
  std::filesystem::path store_;
};

/// Copies a folder over another: afterwards `to` holds what `from` holds and nothing else.
void copy_folder(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace espalier::study
