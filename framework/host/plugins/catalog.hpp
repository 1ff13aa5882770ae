#pragma once

#include <espalier/kinds.hpp>
#include <espalier/plugin.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace espalier::host {

/// An opened plugin library. Its descriptor has passed the checks of version, build, kind and name.
struct Plugin {
  const PluginDescriptor* descriptor = nullptr;
  std::filesystem::path file;
  std::string build_id;  ///< hash of the library's content

  /// "agents/echo from /usr/lib/espalier/plugins/agents/echo.so".
  std::string text() const;
};

/// Whether a catalog maps libraries: doing so runs what they do on being mapped, whoever wrote them.
enum class Loading { when_asked, never };

/// A plugin that may be opened.
struct CatalogEntry {
  std::string kind;
  std::string name;
  std::vector<std::filesystem::path> files;  ///< more than one: a conflict that `open` refuses
};

/// The plugins a program can see. Folders hold <kind>/<name>.so and are listed without opening anything; a library is
/// opened once, when it is first asked for, and never closed. Not thread-safe.
class Catalog {
 public:
  /// Knows no plugins.
  explicit Catalog(Loading loading = Loading::when_asked) : loading_(loading) {}
  /// The build's own plugins.
  static Catalog own(Loading loading = Loading::when_asked);
  /// Those, then the folders of ESPALIER_PLUGIN_PATH. Throws PluginError when one of these is not there.
  static Catalog standard(Loading loading = Loading::when_asked);

  Loading loading() const { return loading_; }

  /// Adds a folder of plugins, or a single library. Throws PluginError when `path` is neither.
  void add(const std::filesystem::path& path);
  /// Opens a library, which then is the plugin of its kind and name, whatever other libraries claim to be it. Throws as
  /// `open`, and std::logic_error where another one was opened before.
  const Plugin& prefer(const std::filesystem::path& library);

  /// Where it looks, in order.
  const std::vector<std::filesystem::path>& places() const { return places_; }
  /// Those of them, each with what it lacks, that hold no plugin.
  const std::vector<std::string>& without_plugins() const { return without_plugins_; }
  /// What others could change of them (see exposure), a sentence for each.
  const std::vector<std::string>& writable_by_others() const { return writable_by_others_; }
  /// What there is of one kind (all kinds: ""), by kind in the order of kKinds, then by name.
  std::vector<CatalogEntry> entries(std::string_view kind = "") const;
  /// Whether there is one. A library outside a folder named for its kind that was not opened may be of any kind.
  bool contains(std::string_view kind, std::string_view name) const;

  /// Opens a plugin. Throws PluginError: unknown (with the nearest name, the list and where it looked), two libraries
  /// for one name, built for another SDK or by another compiler, kind or name at odds with its path, cannot be loaded;
  /// and std::logic_error where the catalog never loads.
  const Plugin& open(std::string_view kind, std::string_view name);
  /// Notes that a plugin was asked for and, as the catalog never loads, not opened.
  void leave_closed(std::string_view kind, std::string_view name);
  /// Those, as "kind/name".
  const std::set<std::string>& closed() const { return closed_; }
  /// What is to be said where there is no such plugin: the nearest name, the list, and where it looked.
  std::string unknown(std::string_view kind, std::string_view name) const;

 private:
  using Key = std::pair<std::string, std::string>;

  std::vector<std::filesystem::path> add_library(const std::filesystem::path& path);
  std::vector<std::filesystem::path> add_folder(const std::filesystem::path& path);

  Loading loading_;
  std::vector<std::filesystem::path> places_;
  std::vector<std::string> without_plugins_;
  std::vector<std::string> writable_by_others_;
  std::set<std::string, std::less<>> of_unknown_kind_;  ///< names of libraries that say what they are only when opened
  std::map<Key, std::vector<std::filesystem::path>> found_;
  std::map<Key, Plugin> opened_;
  std::set<std::string> closed_;
};

/// The kind of that name, or null.
const Kind* find_kind(std::string_view name);

}  // namespace espalier::host
