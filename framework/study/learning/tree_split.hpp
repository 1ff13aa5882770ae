#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "study/learning/trees.hpp"
#include "study/stages/fit_params.hpp"
#include "study/stages/stage.hpp"

namespace espalier::study {

/// Search trees, and the graph on which they were grown.
struct TreeSource {
  std::vector<SearchTree> trees;
  std::shared_ptr<Topology> topology;
};

/// The trees of a fit on their two sides.
struct TreeSplit {
  std::vector<SearchTree> training;
  std::vector<SearchTree> held_out;
};

/// Reports a `from` that names no stage with trees, and problems of `disjoint_from` that do not exist.
void check_tree_source(host::Factory& factory, const host::Node& table, host::DryPass& pass);
/// The trees another stage recorded. Throws host::ManifestError where it has none.
TreeSource trees_of(StageContext& context, const host::Node& table, const StageInput& from);
/// Splits trees by problem (see GroupSplit). Throws host::ManifestError when a side is empty, or when a problem that is
/// learned from is among those that the fit must keep apart from.
TreeSplit split_trees(std::vector<SearchTree> trees, const host::Node& table, const TreeFitParams& params, Key key);
/// Writes which problems are on which side.
void write_split(const std::filesystem::path& file, const TreeSplit& sides);

}  // namespace espalier::study
