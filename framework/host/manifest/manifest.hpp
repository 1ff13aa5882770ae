#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/manifest/diagnostics.hpp"
#include "host/manifest/node.hpp"

namespace espalier::host {

/// Reads a manifest: parses TOML, resolves every `include`, applies overrides ("a.b.c=value"; a bare word is a string).
/// What is wrong goes into `diagnostics`; the result is what could be read. An unreadable file is an error at its first
/// line. Included files are looked for beside the including file, then in `topologies/` and `experiments/` of the
/// source tree or the installed share folder. A file has at most 1 MiB, all of them 4 MiB together; at most 256 are
/// included, 16 of them in one another; tables and arrays lie in one another at most 64 times; a sweep has at most
/// kMostSweepPoints points. What is more is an error, and left out.
Node load_manifest(const std::filesystem::path& file, std::span<const std::string> overrides, Diagnostics& diagnostics);

/// The same for a text, for tests and generated manifests; `name` stands in positions, relative paths are meant from
/// its folder.
Node parse_manifest(std::string_view text, const std::string& name, Diagnostics& diagnostics);

/// Reads one TOML value such as `[1, 2]` or `{ type = "mcts" }`. Throws std::invalid_argument.
Node parse_value(std::string_view text);

/// Lays `patch` over `base`: tables merge key by key, except that a table holding `type` replaces what is below it;
/// everything else replaces. Positions and paths stay those of where each value was written.
Node merge(const Node& base, const Node& patch);

/// One point of a manifest's [sweep].
struct SweepPoint {
  std::string name;  ///< "simulations=10,keep=3"; empty when nothing is swept
  Node root;         ///< the manifest at this point, without [sweep]
  /// What is swept and its value here, by the axis' name; a table or array is a text, as in `name`.
  std::vector<std::pair<std::string, Node>> values = {};
};

/// All points of the grid, the last key varying fastest; one nameless point when there is no [sweep].
std::vector<SweepPoint> sweep_points(const Node& root);

}  // namespace espalier::host
