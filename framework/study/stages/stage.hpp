#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "host/compose/factory.hpp"
#include "study/json.hpp"
#include "study/run/model_registry.hpp"

namespace espalier::study {

/// What a running stage works with.
struct StageContext {
  host::Factory& factory;
  engine::Engine& engine;
  ModelRegistry& models;
  std::vector<std::int64_t> seeds;
  std::string name;                 ///< of the stage in the manifest
  std::string label;                ///< as shown: "compare@simulations=10"
  std::filesystem::path folder;     ///< where its result is written
  std::filesystem::path workspace;  ///< keeps what lets it go on after a stop or a kill
};

/// What all draws of one seed follow from.
inline Key run_key(std::int64_t seed) { return Key{static_cast<std::uint64_t>(seed), 0}.child("espalier"); }

/// How a stage ended.
struct StageOutcome {
  bool complete = false;      ///< false after a stop request: nothing was written
  std::int64_t failures = 0;  ///< problems that failed; a stage with failures is computed again next time
  Json summary;               ///< what summary.json says beside the stage's name, kind and hash
};

/// A form that stages of one kind may have, as `espalier describe` shows it.
struct StageForm {
  std::string name;  ///< what the manifest says beside `do`, such as "kind = \"value\""; empty: nothing
  std::string summary;
  void (*describe)(ParamSource&);  ///< reads the parameters and drops them
};

/// Reads a parameter struct from a source and drops it.
template <class P>
void describe_params(ParamSource& source) {
  static_cast<void>(P(source));
}

/// A kind of stage: all that `do = "..."` stands for. A new one is a file that defines such an entry, and its line in
/// stage_kinds.cpp.
struct StageKind : host::StageRules {
  /// Runs it; throws host::ManifestError for what only shows once data are loaded.
  StageOutcome (*run)(StageContext& context, const host::Node& table);
  /// What the terminal shows of a summary.
  std::string (*show)(const Json& summary);
  /// What can be said of its size before it runs: lines for the terminal. `seeds`: how many times it is run.
  std::string (*dry_run)(host::Factory& factory, const host::Node& table, std::size_t seeds);
  std::vector<StageForm> forms;
};

/// All kinds of stages, in the order in which they are shown.
const std::vector<StageKind>& stage_kinds();
/// The kind named by `do`; throws std::out_of_range.
const StageKind& stage_kind(std::string_view name);

}  // namespace espalier::study
