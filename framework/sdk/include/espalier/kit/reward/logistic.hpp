#pragma once

#include <algorithm>
#include <cmath>

namespace espalier::reward {

/// ln(1 + e^x) without overflow.
inline double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
/// 1 / (1 + e^-x), the derivative of softplus.
inline double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

}  // namespace espalier::reward
