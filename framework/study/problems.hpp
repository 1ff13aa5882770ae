#pragma once

#include <espalier/dataset.hpp>
#include <string_view>
#include <vector>

#include "host/workshop.hpp"
#include "study/stage_params.hpp"

namespace espalier::study {

/// Reports a split that the dataset of the table under `key` does not have, where its splits are known before it is
/// loaded.
void check_problems(host::Workshop& workshop, const host::Node& stage, std::string_view key, host::DryPass& pass);

/// Returns the problems selected by the table under `key` of a stage, in the order in which they are recorded: the
/// dataset's, or that of the shuffle. Offset and limit count after the shuffle and, where `ids` are given, within
/// those. Every gold answer is read once, so that an unusable one is an error here and never a silently lost problem.
/// Throws host::ManifestError at the position of the table: an unknown split or id, an unusable gold answer, nothing
/// selected.
std::vector<Item> select_problems(const ProblemsParams& params, const host::Node& stage, std::string_view key);

}  // namespace espalier::study
