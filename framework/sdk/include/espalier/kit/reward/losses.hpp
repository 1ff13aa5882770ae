#pragma once

#include <cstddef>
#include <espalier/learning.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::reward {

/// What is learned from a label y = Q in [-1, 1] (s successes in n visits) or from a preference, by a logit z that
/// stands for the value V = tanh(z), which is the chance of success p = (V + 1) / 2 = sigmoid(2 z):
///
///   huber           H(tanh(z) - y)                                H(e) = e^2 / 2b for |e| < b, else |e| - b/2
///   huber_logit     H(z - atanh(y'))                              y' = y clamped to [-0.95, 0.95]
///   mse_logit       (z - atanh(y'))^2
///   bce             -[q ln p + (1 - q) ln(1 - p)]                 q = (y + 1) / 2
///   counts          -[s ln p + (n - s) ln(1 - p)] / n, weighing n: the binomial likelihood of all visits
///   bradley_terry   -ln sigmoid(z_preferred - z_other)            on preferences
///   distribution    cross-entropy of the bins of V, see Distribution
///
/// MASPRM (arXiv 2510.24803) regresses with huber_logit (v1) or ranks with bradley_terry (v2, v3); b = 0.1.
enum class Loss { huber, huber_logit, mse_logit, bce, counts, bradley_terry, distribution };

struct WeightedLoss {
  Loss loss;
  double weight;
};

/// Reads "huber", or a mixture such as "0.7 huber + 0.3 bradley_terry". Throws std::invalid_argument saying what is
/// wrong and which losses there are.
std::vector<WeightedLoss> parse_losses(std::string_view text);

/// A loss and its derivative by the logit.
struct Slope {
  double loss = 0.0;
  double gradient = 0.0;
};

inline constexpr double kHuberBeta = 0.1;
inline constexpr double kLogitClamp = 0.95;

/// Of a pointwise loss. Requires a pointwise one.
Slope pointwise(Loss loss, double logit, const Label& label);
/// Of a preference, by the difference of the logits.
Slope preference(double difference);
/// What a label weighs in `loss`.
double weight_of(Loss loss, const Label& label);

/// Bins over [-1, 1], as many as there are logits: bin i of m stands for the value (2 i + 1) / m - 1. A label
/// becomes the two bins next to it, in proportion, so that its mean is kept; their cross-entropy is the loss.
struct Distribution {
  static double bin_value(std::size_t bin, std::size_t bins) {
    return (2.0 * static_cast<double>(bin) + 1) / static_cast<double>(bins) - 1;
  }
  /// Mean and deviation of softmax(logits).
  static Value value(std::span<const double> logits);
  /// Adds `factor` times the loss' gradient to `gradient`; returns the loss.
  static double learn(std::span<const double> logits, const Label& label, double factor, std::span<double> gradient);
};

}  // namespace espalier::reward
