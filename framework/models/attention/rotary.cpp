#include "models/attention/rotary.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace espalier::models {
namespace {

// Llama 3.1 slows long wavelengths down by `factor`, leaves short ones alone and interpolates between.
float scaled(float frequency, const Llama3Scaling& scaling) {
  const double wavelength = 2 * std::numbers::pi / frequency;
  const double low = scaling.original_context / scaling.low_frequency_factor;
  const double high = scaling.original_context / scaling.high_frequency_factor;
  if (wavelength < high) return frequency;
  if (wavelength > low) return static_cast<float>(frequency / scaling.factor);
  const double smooth = (scaling.original_context / wavelength - scaling.low_frequency_factor) /
                        (scaling.high_frequency_factor - scaling.low_frequency_factor);
  return static_cast<float>((1 - smooth) * frequency / scaling.factor + smooth * frequency);
}

}  // namespace

RotaryTable::RotaryTable(const ModelConfig& config, at::Device device) : device_(device) {
  const int half = config.head_width / 2;
  frequencies_ = at::empty({half}, at::kFloat);
  float* const data = frequencies_.mutable_data_ptr<float>();
  for (int i = 0; i < half; ++i) {
    data[i] = 1.0f / static_cast<float>(std::pow(config.rope_theta, 2.0 * i / config.head_width));
    if (config.rope_scaling) data[i] = scaled(data[i], *config.rope_scaling);
  }
}

void RotaryTable::reach(int positions) {
  if (this->positions() >= positions) return;
  const std::int64_t wanted = std::max({std::int64_t{256}, std::int64_t{positions}, 2 * this->positions()});
  const at::Tensor angles = at::arange(wanted, at::kFloat).unsqueeze(1) * frequencies_.unsqueeze(0);
  cosine_ = angles.cos().to(device_);
  sine_ = angles.sin().to(device_);
}

}  // namespace espalier::models
