#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host/compose/factory.hpp"

namespace espalier::host {

/// What `check_manifest` needs to know of the program.
struct ManifestRules {
  std::vector<StageRules> stage_rules;
  /// Names that no stage may have, as a run folder has files of these names.
  std::vector<std::string> reserved_stage_names = {};
  /// An ending that no stage's name may have, for the same reason; "": none.
  std::string reserved_stage_ending = {};
  /// Reads the [engine] table of settings (Factory::check of the engine's parameter struct); may be empty.
  std::function<Resolution(Factory&, const Node& engine, DryPass&)> engine = {};
};

/// Checks a whole manifest (shared objects, stages, every point of the sweep, unknown keys everywhere) without creating
/// anything. Returns the effective manifest: what `load_manifest` would have to read to give the same run with nothing
/// left to a default. Of a swept manifest that is the effective manifest of its first point: what is said for a whole
/// stage is written out for each of its arms, so a sweep over it would no longer reach them. Adds the folders of
/// `plugins` to the catalog, and warns of places that others may write to. With a catalog that never loads, parameters
/// of plugins and settings stay unchecked; `Catalog::closed` tells whose.
Node check_manifest(const Node& root, Catalog& catalog, const ManifestRules& rules, Diagnostics& diagnostics);

}  // namespace espalier::host
