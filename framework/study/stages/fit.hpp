#pragma once

#include "study/stages/stage.hpp"

namespace espalier::study {

/// `do = "fit"`: learns weights. Its product is a checkpoint folder beside its summary, which later stages and models
/// use by the stage's name: one thing, so that it is run once, with the first of the manifest's seeds, whatever their
/// number. It learns from the trees of all seeds. A fit per seed is a sweep over `seed`.
StageType fit_stage();

/// The table of what a fit trains; with the key `checkpoint` set, it is the table of what the fit made. `table` is the
/// stage's and was checked.
host::Node fitted_table(const host::Factory& factory, const host::Node& table);

}  // namespace espalier::study
