#pragma once

namespace espalier::study {

/// Multiplier of the learning rates when the share `done` in [0, 1] of a training is done: it rises linearly over the
/// first `warmup` of it, then falls along half a cosine to `final_rate`.
double learning_scale(double done, double warmup, double final_rate);

}  // namespace espalier::study
