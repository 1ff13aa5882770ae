#include "study/run/result_store.hpp"

#include <chrono>
#include <fstream>
#include <thread>

#include "host/content_hash.hpp"
#include "study/json.hpp"

namespace espalier::study {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSeal = "files.json";

/// The files of a folder, by their path in it.
std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(folder));
  }
  std::sort(files.begin(), files.end());
  return files;
}

Json seal_of(const fs::path& file) { return {{"bytes", fs::file_size(file)}, {"xxh3", host::hash_content(file)}}; }

void make_read_only(const fs::path& folder) {
  constexpr auto write = fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
  for (const auto& file : files_of(folder)) fs::permissions(folder / file, write, fs::perm_options::remove);
}

}  // namespace

void seal_result(const fs::path& folder) {
  Json files = Json::object();
  for (const auto& file : files_of(folder)) files[file.string()] = seal_of(folder / file);
  sync_folder(folder);
  write_json(folder / kSeal, {{"espalier", "result"}, {"files", std::move(files)}});
}

void replace_in_result(const fs::path& folder, const std::string& name, std::string_view text) {
  Json seal = read_json(folder / kSeal);
  write_file(folder / name, text);
  seal.at("files").at(name) = seal_of(folder / name);
  write_json(folder / kSeal, seal);
}

bool is_result(const fs::path& folder) {
  if (!fs::is_directory(folder) || fs::is_symlink(folder) || !fs::is_regular_file(folder / kSeal)) return false;
  try {
    return read_json(folder / kSeal).value("espalier", "") == "result";
  } catch (const std::exception&) {
    return false;
  }
}

std::string damage_of(const fs::path& folder) {
  try {
    const Json seal = read_json(folder / kSeal);
    for (const auto& [name, facts] : seal.at("files").items()) {
      const fs::path file = folder / name;
      if (!fs::is_regular_file(file)) return name + " is missing";
      const auto bytes = facts.at("bytes").get<std::uintmax_t>();
      if (fs::file_size(file) != bytes) {
        return name + " has " + std::to_string(fs::file_size(file)) + " bytes, " + std::to_string(bytes) +
               " were written";
      }
      if (host::hash_content(file) != facts.at("xxh3").get<std::string>()) return name + " was changed";
    }
    return "";
  } catch (const std::exception& error) {
    return std::string(kSeal) + " cannot be read (" + error.what() + ")";
  }
}

std::optional<fs::path> ResultStore::find(const std::string& hash,
                                          const std::function<void(const std::string&)>& damaged) const {
  const fs::path folder = finished(hash);
  if (!fs::exists(folder)) return std::nullopt;
  const std::string damage = damage_of(folder);
  if (damage.empty()) return folder;
  if (damaged) damaged(folder.string() + ": " + damage);
  return std::nullopt;
}

fs::path ResultStore::lock_file(const std::string& hash) const { return store_ / "unfinished" / (hash + ".lock"); }

std::optional<FileLock> ResultStore::lock(const std::string& hash, const std::string& holder,
                                          const std::function<bool(const std::string&)>& wait) const {
  using namespace std::chrono_literals;
  fs::create_directories(store_ / "unfinished");
  for (;;) {
    if (auto lock = FileLock::try_lock(lock_file(hash))) {
      lock->write(holder);
      return lock;
    }
    std::ifstream named(lock_file(hash));
    std::string other;
    std::getline(named, other);
    if (!wait(other)) return std::nullopt;
    std::this_thread::sleep_for(100ms);
  }
}

fs::path ResultStore::begin(const std::string& hash) const {
  discard(hash);
  const fs::path folder = unfinished(hash) / "result";
  fs::create_directories(folder);
  return folder;
}

fs::path ResultStore::workspace(const std::string& hash) const { return unfinished(hash) / "work"; }

fs::path ResultStore::keep(const std::string& hash) const {
  const fs::path folder = finished(hash), written = unfinished(hash) / "result";
  make_read_only(written);
  fs::create_directories(folder.parent_path());
  rename_folder(written, folder);
  forget(hash);
  return folder;
}

void ResultStore::forget(const std::string& hash) const {
  fs::remove_all(unfinished(hash));
  fs::remove(lock_file(hash));  // whoever waits for it sees that it is gone, and takes a new one
}

void ResultStore::discard(const std::string& hash) const { fs::remove_all(unfinished(hash) / "result"); }

void ResultStore::clean() const {
  if (!fs::is_directory(store_ / "unfinished")) return;
  std::vector<std::string> hashes;
  for (const auto& entry : fs::directory_iterator(store_ / "unfinished")) {
    if (entry.is_directory()) hashes.push_back(entry.path().filename().string());
  }
  for (const auto& hash : hashes) {
    if (const auto lock = FileLock::try_lock(lock_file(hash))) {
      discard(hash);
      if (fs::is_empty(unfinished(hash))) forget(hash);
    }
  }
}

}  // namespace espalier::study
