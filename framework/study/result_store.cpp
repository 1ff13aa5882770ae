#include "result_store.hpp"

#include <unistd.h>

namespace espalier::study {

namespace fs = std::filesystem;

std::optional<fs::path> ResultStore::find(const std::string& hash) const {
  const fs::path folder = store_ / "stages" / hash;
  if (!fs::exists(folder / "summary.json")) return std::nullopt;
  return folder;
}

fs::path ResultStore::begin(const std::string& hash) const {
  const fs::path folder = store_ / "stages" / (hash + ".tmp" + std::to_string(::getpid()));
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

fs::path ResultStore::keep(const fs::path& written, const std::string& hash) const {
  const fs::path folder = store_ / "stages" / hash;
  fs::remove_all(folder);
  std::error_code taken;
  fs::rename(written, folder, taken);
  // Another process may have kept the same result in the meantime: equal hashes mean equal results.
  if (taken) fs::remove_all(written);
  return folder;
}

fs::path ResultStore::workspace(const std::string& hash) const { return store_ / "unfinished" / hash; }

void copy_folder(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::create_directories(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

}  // namespace espalier::study
