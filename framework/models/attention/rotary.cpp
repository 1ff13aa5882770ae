#include "models/attention/rotary.hpp"

#include <algorithm>

namespace espalier::models {

RotaryTable::RotaryTable(const ModelConfig& config, at::Device device)
    : frequencies_(at::tensor(config.rope.frequencies(config.head_width), at::kFloat)),
      factor_(config.rope.attention_factor()),
      device_(device) {}

void RotaryTable::reach(int positions) {
  if (this->positions() >= positions) return;
  const std::int64_t wanted = std::max({std::int64_t{256}, std::int64_t{positions}, 2 * this->positions()});
  const at::Tensor angles = at::arange(wanted, at::kFloat).unsqueeze(1) * frequencies_.unsqueeze(0);
  cosine_ = (angles.cos() * factor_).to(device_);
  sine_ = (angles.sin() * factor_).to(device_);
}

}  // namespace espalier::models
