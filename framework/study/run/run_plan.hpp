#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host/compose/check.hpp"
#include "study/stages/stage.hpp"

namespace espalier::study {

/// One stage at one point of the sweep.
struct PlannedStage {
  std::string name;
  std::string label;  ///< "compare@simulations=10": names its folder
  const StageKind* kind = nullptr;
  host::Node table;
  std::vector<std::string> uses;  ///< stages whose products it reads
  Json point;                     ///< of the sweep, as its summary says it; empty when nothing is swept
  std::string hash;               ///< of all that determines its result, once `identify` has run
};

/// One point of the sweep: a manifest without [sweep].
struct PlannedPoint {
  std::string name;      ///< "simulations=10"; empty when nothing is swept
  Json values;           ///< {"simulations": 10}
  host::Node effective;  ///< with every default filled in
  std::unique_ptr<host::Factory> factory;
  std::vector<PlannedStage> stages;  ///< each after those whose products it uses
};

/// Makes the factory of a point, numbered from 0.
using MakeFactory = std::function<std::unique_ptr<host::Factory>(const host::Node& root, std::size_t point)>;

/// What the host has to know about the stages there are.
host::ManifestRules manifest_rules();

/// The seeds a manifest names; 0 where it names none.
std::vector<std::int64_t> seeds_of(const host::Node& root);

/// The points of a manifest that was found right, and the order of their stages.
std::vector<PlannedPoint> plan_points(const host::Node& root, const host::Node& effective, host::Catalog& catalog,
                                      const MakeFactory& make);

/// Resolves everything with files, and names every stage by the hash of all that its result depends on: its table with
/// defaults, the content of files and plugins, the results it uses, the seeds, and the code that computes it. All that
/// is missing is thrown as one host::ManifestError.
void identify(std::vector<PlannedPoint>& points, const std::vector<std::int64_t>& seeds);

}  // namespace espalier::study
