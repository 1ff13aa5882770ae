#include "study/learning/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace espalier::study {

double learning_scale(double done, double warmup, double final_rate) {
  done = std::clamp(done, 0.0, 1.0);
  if (done < warmup) return std::max(done / warmup, 1e-3);
  const double along = warmup < 1.0 ? (done - warmup) / (1.0 - warmup) : 1.0;
  return final_rate + (1.0 - final_rate) * 0.5 * (1.0 + std::cos(std::numbers::pi * along));
}

}  // namespace espalier::study
