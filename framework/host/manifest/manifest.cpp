#include "host/manifest/manifest.hpp"

#include <algorithm>
#include <espalier/param_source.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "host/manifest/merge.hpp"
#include "host/manifest/sweep.hpp"
#include "host/manifest/toml_reader.hpp"
#include "host/nearest.hpp"
#include "host/plugins/folders.hpp"
#include "host/wording.hpp"

namespace espalier::host {
namespace {

namespace fs = std::filesystem;

/// A path as a message shows it: relative where it lies below the working folder.
std::string shown(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  if (normal.is_relative()) return normal.string();
  const fs::path relative = normal.lexically_relative(fs::current_path());
  return relative.empty() || *relative.begin() == ".." ? normal.string() : relative.string();
}

constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{1} << 20;
constexpr std::uintmax_t kMostBytesTogether = std::uintmax_t{4} << 20;
constexpr std::size_t kMostIncludes = 256;
constexpr std::size_t kMostIncludeDepth = 16;

/// Resolves the `include` keys of one manifest, depth first, remembering the chain of files it stands in. All files
/// together, each counted as often as it is included, are bounded.
class Includer {
 public:
  explicit Includer(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  /// Reads a file with all its includes. Throws ManifestError on a syntax error.
  Node read(const fs::path& file) {
    const std::string text = text_of(file);
    chain_.push_back(fs::weakly_canonical(file));
    Node root = read_toml(text, shown(file), diagnostics_);
    resolve(root);
    chain_.pop_back();
    return root;
  }

  void resolve(Node& node) {
    if (node.is_array()) {
      for (auto& element : node.elements()) resolve(element);
    }
    if (!node.is_table()) return;
    for (auto& member : node.members()) {
      if (member.key != "include") resolve(member.value);
    }
    if (const Node* include = node.find("include")) {
      const Node names = *include;
      node.erase("include");
      include_all(node, names);
    }
  }

 private:
  void include_all(Node& table, const Node& names) {
    const Position where = table.position;
    Node base;
    for (const Node& name : names.is_array() ? names.elements() : std::vector<Node>{names}) {
      if (name.is_text()) {
        include_one(base, name);
      } else {
        fail(base, name.position, "include " + wrong_type("the name of a TOML file or an array of such names", name));
      }
    }
    table = merge_members(base, table);
    table.position = where;
  }

  std::string text_of(const fs::path& file) {
    try {
      std::string text = base::read_file(file, kMostFileBytes);
      bytes_ += text.size();
      if (bytes_ > kMostBytesTogether) {
        throw ManifestError({shown(file), 1, 1},
                            "cannot be included: a manifest with all that it includes has at most " +
                                base::bytes_text(kMostBytesTogether));
      }
      return text;
    } catch (const base::FileError& error) {
      throw ManifestError({shown(file), 1, 1}, "cannot be read: " + error.why());
    }
  }

  void include_one(Node& base, const Node& name) {
    if (++includes_ > kMostIncludes) {
      if (includes_ == kMostIncludes + 1) {
        diagnostics_.error(name.position, "include " + quote(name.text()) +
                                              " is one too many: a manifest includes at most " +
                                              std::to_string(kMostIncludes) + " files, each counted every time");
      }
      base.incomplete = true;
      return;
    }
    if (chain_.size() > kMostIncludeDepth) {
      return fail(base, name.position,
                  "include " + quote(name.text()) + " goes too deep: files include one another at most " +
                      std::to_string(kMostIncludeDepth) + " times in a row");
    }
    const auto file = find(name);
    if (!file) return fail(base, name.position, missing(name));
    const auto again = std::ranges::find(chain_, fs::weakly_canonical(*file));
    if (again != chain_.end()) {
      std::string circle;
      for (auto step = again; step != chain_.end(); ++step) circle += step->filename().string() + " -> ";
      return fail(base, name.position, "include goes round in a circle: " + circle + file->filename().string());
    }
    const std::size_t depth = chain_.size();
    try {
      base = merge_members(base, read(*file));
    } catch (const ManifestError& error) {
      chain_.resize(depth);
      diagnostics_.add(error.diagnostics());
      base.incomplete = true;
    }
  }

  void fail(Node& base, const Position& position, std::string message) {
    diagnostics_.error(position, std::move(message));
    base.incomplete = true;
  }

  static std::optional<fs::path> find(const Node& name) {
    std::error_code none;
    for (const auto& folder : folders_beside(name.position.file)) {
      if (fs::is_regular_file(folder / name.text(), none)) return folder / name.text();
    }
    return std::nullopt;
  }

  static std::string missing(const Node& name) {
    std::vector<std::string> others;
    std::string looked;
    const fs::path inner = fs::path(name.text()).parent_path();
    for (const auto& folder : folders_beside(name.position.file)) {
      looked += (looked.empty() ? "" : ", ") + (folder.empty() ? "." : shown(folder));
      std::error_code nowhere;
      for (const auto& entry :
           fs::directory_iterator(folder.empty() ? fs::path(".") / inner : folder / inner, nowhere)) {
        if (entry.path().extension() == ".toml") others.push_back((inner / entry.path().filename()).string());
      }
    }
    std::ranges::sort(others);
    return "include " + quote(name.text()) + " was not found; looked in " + looked + did_you_mean(name.text(), others);
  }

  Diagnostics& diagnostics_;
  std::vector<fs::path> chain_;  ///< the files being read, outermost first
  std::size_t includes_ = 0;
  std::uintmax_t bytes_ = 0;
};

/// Takes out what merging has nested too deeply: everything below recurses into manifests.
void bound_depth(Node& node, std::size_t levels, Diagnostics& diagnostics) {
  const bool nests = node.is_table() ? !node.members().empty() : node.is_array() && !node.elements().empty();
  if (!nests) return;
  if (levels == 0) {
    const Position position = node.position;
    diagnostics.error(position, "is nested too deeply: more than " + std::to_string(kMostDepth) +
                                    " levels are not read, included ones among them");
    node = Node();
    node.position = position;
    node.incomplete = true;
  } else if (node.is_table()) {
    for (auto& member : node.members()) bound_depth(member.value, levels - 1, diagnostics);
  } else {
    for (auto& element : node.elements()) bound_depth(element, levels - 1, diagnostics);
  }
}

/// What every manifest goes through once it is put together.
void finish(Node& root, Diagnostics& diagnostics) {
  bound_depth(root, kMostDepth + 1, diagnostics);
  bound_sweep(root, diagnostics);
  assign_paths(root);
}

void assign_line(Node& node, int line) {
  node.position.line = line;
  if (node.is_array()) {
    for (auto& element : node.elements()) assign_line(element, line);
  } else if (node.is_table()) {
    for (auto& member : node.members()) {
      member.position.line = line;
      assign_line(member.value, line);
    }
  }
}

/// Reads "key.path=value" as TOML, or, where that is none, with the value as a bare string.
Node read_override(const std::string& text, int number) {
  static const std::string name = "command line";
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw ManifestError({name, number, 1}, quote(text) + " is not an override; write key.path=value");
  }
  const auto parse = [&](const std::string& toml) {
    Diagnostics dates;
    Node node = read_toml(toml, name, dates);
    if (dates.failed()) throw ManifestError(dates);
    return node;
  };
  Node node;
  try {
    node = parse(text);
  } catch (const ManifestError&) {
    try {
      node = parse(text.substr(0, equals + 1) + quote(text.substr(equals + 1)));
    } catch (const ManifestError&) {
      throw ManifestError({name, number, 1}, quote(text) + " is not an override: " + quote(text.substr(0, equals)) +
                                                 " is no key path; quote names with blanks, as in a.\"b c\".d=1");
    }
  }
  assign_line(node, number);
  return node;
}

}  // namespace

Node load_manifest(const fs::path& file, std::span<const std::string> overrides, Diagnostics& diagnostics) {
  Node root;
  root.position = {shown(file), 1, 1};
  try {
    root = Includer(diagnostics).read(file);
  } catch (const ManifestError& error) {
    diagnostics.add(error.diagnostics());
    root.incomplete = true;
  }
  const Position start = root.position;
  int number = 0;
  for (const auto& text : overrides) {
    try {
      root = merge_members(root, read_override(text, ++number));
    } catch (const ManifestError& error) {
      diagnostics.add(error.diagnostics());
    }
  }
  root.position = start;
  finish(root, diagnostics);
  return root;
}

Node parse_manifest(std::string_view text, const std::string& name, Diagnostics& diagnostics) {
  Node root;
  try {
    root = read_toml(text, name, diagnostics);
    Includer(diagnostics).resolve(root);
  } catch (const ManifestError& error) {
    diagnostics.add(error.diagnostics());
    root.incomplete = true;
  }
  finish(root, diagnostics);
  return root;
}

Node parse_value(std::string_view text) {
  Diagnostics dates;
  try {
    Node root = read_toml("value = " + std::string(text), "value", dates);
    if (root.members().size() == 1 && !dates.failed()) return root.members().front().value;
  } catch (const ManifestError& error) {
    throw std::invalid_argument(error.what());
  }
  throw std::invalid_argument("not a TOML value: " + std::string(text));
}

}  // namespace espalier::host
