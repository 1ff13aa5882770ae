#include "host/plugins/catalog.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "host/content_hash.hpp"
#include "host/manifest/diagnostics.hpp"
#include "host/nearest.hpp"
#include "host/plugins/folders.hpp"
#include "host/plugins/library.hpp"
#include "host/plugins/writable_by_others.hpp"
#include "host/wording.hpp"

namespace espalier::host {
namespace {

namespace fs = std::filesystem;

void add_once(std::vector<fs::path>& files, const fs::path& file) {
  const auto same = [&](const fs::path& other) { return fs::equivalent(file, other); };
  if (std::ranges::none_of(files, same)) files.push_back(file);
}

/// The kind that the folder of a library is named for; "": none.
std::string kind_of_folder(const fs::path& library) {
  const std::string folder = fs::absolute(library).parent_path().filename().string();
  return find_kind(folder) != nullptr ? folder : "";
}

/// A library outside a folder named for its kind must say itself what it is.
std::string kind_of(const fs::path& library) {
  const std::string kind = kind_of_folder(library);
  return kind.empty() ? std::string(open_library(library).kind) : kind;
}

/// Why a folder without plugins may have been named.
std::string lack(const fs::path& folder) {
  // Without a name where the path ends in a slash.
  const fs::path named = folder.has_filename() ? folder : folder.parent_path();
  const std::string why = folder.string() + " has no plugin KIND/NAME.so such as agents/echo.so";
  return find_kind(named.filename().string()) != nullptr ? why + "; name the folder above it" : why;
}

}  // namespace

const Kind* find_kind(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &Kind::name);
  return found == kKinds.end() ? nullptr : &*found;
}

Catalog Catalog::own(Loading loading) {
  Catalog catalog(loading);
  for (const auto& folder : own_plugin_folders()) catalog.add(folder);
  return catalog;
}

Catalog Catalog::standard(Loading loading) {
  Catalog catalog = own(loading);
  if (const char* listed = std::getenv("ESPALIER_PLUGIN_PATH")) {
    std::stringstream stream(listed);
    for (std::string folder; std::getline(stream, folder, ':');) {
      if (folder.empty()) continue;
      try {
        catalog.add(folder);
      } catch (const PluginError& error) {
        throw PluginError("ESPALIER_PLUGIN_PATH: " + std::string(error.what()));
      }
    }
  }
  return catalog;
}

void Catalog::add(const fs::path& path) {
  std::vector<fs::path> looked_at;
  if (fs::is_regular_file(path)) {
    looked_at = add_library(path);
  } else if (fs::is_directory(path)) {
    looked_at = add_folder(path);
  } else {
    throw PluginError(path.string() + " is neither a folder of plugins nor a plugin library");
  }
  if (std::ranges::find(places_, path) != places_.end()) return;
  places_.push_back(path);
  if (const auto finding = host::writable_by_others(looked_at)) {
    writable_by_others_.push_back("plugins in " + path.string() + " are code that runs as you, and " + *finding);
  }
}

const Plugin& Catalog::prefer(const fs::path& library) {
  const Key key(kind_of(library), library.stem().string());
  if (opened_.contains(key)) throw std::logic_error("another library was opened as " + key.first + "/" + key.second);
  found_[key] = {library};
  return open(key.first, key.second);
}

/// Returns the files and folders that decide what is found, as does `add_folder`.
std::vector<fs::path> Catalog::add_library(const fs::path& path) {
  const std::string name = path.stem().string();
  if (loading_ == Loading::never && kind_of_folder(path).empty()) {
    of_unknown_kind_.insert(name);
  } else {
    add_once(found_[{kind_of(path), name}], path);
  }
  return {path};
}

std::vector<fs::path> Catalog::add_folder(const fs::path& path) {
  std::vector<fs::path> looked_at = {path};
  bool without_plugins = true;
  for (const auto& kind : kKinds) {
    std::error_code nowhere;
    looked_at.push_back(path / kind.name);
    for (const auto& entry : fs::directory_iterator(path / kind.name, nowhere)) {
      if (entry.path().extension() != ".so") continue;
      add_once(found_[{std::string(kind.name), entry.path().stem().string()}], entry.path());
      looked_at.push_back(entry.path());
      without_plugins = false;
    }
  }
  if (without_plugins) without_plugins_.push_back(lack(path));
  return looked_at;
}

std::vector<CatalogEntry> Catalog::entries(std::string_view kind) const {
  std::vector<CatalogEntry> listed;
  for (const auto& known : kKinds) {
    if (!kind.empty() && known.name != kind) continue;
    for (const auto& [key, files] : found_) {
      if (key.first == known.name) listed.push_back({key.first, key.second, files});
    }
  }
  return listed;
}

bool Catalog::contains(std::string_view kind, std::string_view name) const {
  return found_.contains({std::string(kind), std::string(name)}) || of_unknown_kind_.contains(name);
}

std::string Plugin::text() const {
  return std::string(descriptor->kind) + "/" + std::string(descriptor->name) + " from " + file.string();
}

const Plugin& Catalog::open(std::string_view kind, std::string_view name) {
  if (loading_ == Loading::never) throw std::logic_error("a catalog that never loads was asked to open a plugin");
  const Key key(kind, name);
  if (const auto opened = opened_.find(key); opened != opened_.end() && found_[key].size() == 1) return opened->second;
  const auto found = found_.find(key);
  if (found == found_.end()) throw PluginError(unknown(kind, name));
  const auto& files = found->second;
  if (files.size() > 1) {
    throw PluginError("two libraries claim to be the " + singular(kind) + " " + std::string(name) + ": " +
                      files[0].string() + " and " + files[1].string() + "; remove or rename one");
  }
  const PluginDescriptor& descriptor = open_library(files.front());
  if (descriptor.kind != kind || descriptor.name != name) {
    throw PluginError(files.front().string() + " calls itself " + std::string(descriptor.kind) + "/" +
                      std::string(descriptor.name) + "; a plugin's folder is its kind and its file its name");
  }
  return opened_[key] = {&descriptor, files.front(), hash_content(files.front())};
}

void Catalog::leave_closed(std::string_view kind, std::string_view name) {
  closed_.insert(std::string(kind) + "/" + std::string(name));
}

std::string Catalog::unknown(std::string_view kind, std::string_view name) const {
  std::vector<std::string> names;
  for (const auto& entry : entries(kind)) names.push_back(entry.name);
  std::vector<std::string> folders;
  for (const auto& place : places_) folders.push_back(place.string());
  std::string without_plugins;
  for (const auto& lack : without_plugins_) without_plugins += "; " + lack;
  return "there is no " + singular(kind) + " plugin " + std::string(name) + did_you_mean(name, names) +
         "; known: " + enumerate(names) + "; looked in: " + enumerate(folders) + without_plugins;
}

}  // namespace espalier::host
