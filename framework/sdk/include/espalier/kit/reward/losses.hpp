#pragma once

#include <cstddef>
#include <espalier/learning.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::reward {

/// A loss and its derivative by what it is a function of.
struct Slope {
  double loss = 0.0;
  double gradient = 0.0;
};

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
///
/// A loss is one entry of the table in losses.cpp, with its line above. Exactly one of its three functions is there.
struct Loss {
  std::string_view name;
  Slope (*of_label)(double logit, const Label& label) = nullptr;
  Slope (*of_preference)(double difference) = nullptr;  ///< by the preferred logit less the other one
  /// By all logits of a message, one per bin: adds `factor` times the gradient to `gradient`, returns the loss.
  double (*of_bins)(std::span<const double> logits, const Label& label, double factor,
                    std::span<double> gradient) = nullptr;
  bool by_visits = false;  ///< a label weighs as much as it has visits

  double weight(const Label& label) const {
    return label.weight * (by_visits ? static_cast<double>(label.visits) : 1.0);
  }
};

/// The loss of that name; null: there is none.
const Loss* find_loss(std::string_view name);
/// Their names, as help says them: "huber, huber_logit, ...".
std::string loss_names();

struct WeightedLoss {
  const Loss* loss;
  double weight;
};

/// Reads "huber", or a mixture such as "0.7 huber + 0.3 bradley_terry". Throws std::invalid_argument saying what is
/// wrong and which losses there are.
std::vector<WeightedLoss> parse_losses(std::string_view text);

inline constexpr double kHuberBeta = 0.1;
inline constexpr double kLogitClamp = 0.95;

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
