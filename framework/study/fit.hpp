#pragma once

#include "study/stage.hpp"

namespace espalier::study {

/// `do = "fit"`: learns weights. Its product is a checkpoint folder beside its summary, which later stages and models
/// use by the stage's name.
StageType fit_stage();

}  // namespace espalier::study
