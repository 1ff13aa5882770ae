#pragma once

#include <espalier/dataset.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "host/compose/factory.hpp"
#include "study/stages/grader_check.hpp"
#include "study/stages/stage_params.hpp"

namespace espalier::study {

/// Reports a split that the dataset of the table under `key` does not have, where its splits are known before it is
/// loaded.
void check_problems(host::Factory& factory, const host::Node& stage, std::string_view key, host::DryPass& pass);

/// The problems of a stage, in the order in which they are recorded, and how well they can be graded.
struct Selection {
  std::vector<Item> items;
  GraderCheck grader_check;
};

/// Selects problems by the table under `key` of a stage, in the dataset's order or that of the shuffle. Offset and
/// limit count after the shuffle and, where `ids` or `frozen` are given, within those. The dataset's grader is checked
/// on the gold answers that are selected (see check_grader), so that an unusable one is an error here and
/// never a silently lost problem. Throws host::ManifestError at the position of the table: an unknown split or id, a
/// frozen problem that is missing or has changed, an unusable gold answer, a grader that fails the check, nothing
/// selected, fewer than the limit.
Selection select_problems(const ProblemsParams& params, const host::Node& stage, std::string_view key);

/// Selects them before a run as it will, so that mistakes in the data show. Nothing where they depend on the product of
/// a stage, which is not there yet. Throws like select_problems, and host::ManifestError on a missing file.
std::optional<Selection> dry_run_problems(host::Factory& factory, const host::Node& stage, std::string_view key);

}  // namespace espalier::study
