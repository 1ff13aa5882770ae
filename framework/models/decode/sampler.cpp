#include "models/decode/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace espalier::models {
namespace {

std::vector<float> penalised(std::span<const float> logits, double penalty, std::span<const std::int32_t> seen) {
  std::vector<float> changed(logits.begin(), logits.end());
  for (const auto token : seen) {
    const auto at = static_cast<std::size_t>(token);
    const float logit = logits[at];
    changed[at] = static_cast<float>(logit > 0 ? logit / penalty : logit * penalty);
  }
  return changed;
}

std::int32_t most_probable(std::span<const float> logits) {
  return static_cast<std::int32_t>(std::ranges::max_element(logits) - logits.begin());
}

// Walks through the weights until `uniform` of their sum is passed.
template <class Weight>
std::size_t pick(std::size_t count, double total, double uniform, const Weight& weight) {
  double left = uniform * total;
  std::size_t last = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double w = weight(i);
    if (w <= 0) continue;
    last = i;
    left -= w;
    if (left < 0) break;
  }
  return last;
}

// The tokens that survive top-k and top-p, most probable first.
std::vector<std::int32_t> survivors(std::span<const float> logits, const Sampling& sampling, double peak,
                                    std::vector<double>& weights) {
  std::vector<std::int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  const auto before = [&](std::int32_t a, std::int32_t b) {
    const float left = logits[static_cast<std::size_t>(a)], right = logits[static_cast<std::size_t>(b)];
    return left != right ? left > right : a < b;
  };
  const auto weight = [&](std::int32_t token) {
    return std::exp((logits[static_cast<std::size_t>(token)] - peak) / sampling.temperature);
  };
  const std::size_t limit =
      sampling.top_k > 0 ? std::min<std::size_t>(static_cast<std::size_t>(sampling.top_k), order.size()) : order.size();
  double total = 0;
  if (limit == order.size()) {
    for (const auto token : order) total += weight(token);
  } else {
    std::ranges::nth_element(order, order.begin() + static_cast<std::ptrdiff_t>(limit - 1), before);
    order.resize(limit);
    std::ranges::sort(order, before);
    for (const auto token : order) total += weight(token);
  }
  // Sorting the whole of a large vocabulary for the few tokens at its top would cost more than the model does.
  double mass = 0;
  for (std::size_t sorted = 0, end = 0; mass < sampling.top_p * total && end < order.size();) {
    if (end == sorted) {
      sorted = std::min(order.size(), std::max<std::size_t>(256, sorted * 8));
      std::partial_sort(order.begin() + static_cast<std::ptrdiff_t>(end),
                        order.begin() + static_cast<std::ptrdiff_t>(sorted), order.end(), before);
    }
    weights.push_back(weight(order[end++]));
    mass += weights.back();
  }
  if (weights.empty()) weights.push_back(1);
  order.resize(weights.size());
  return order;
}

}  // namespace

double log_sum_exp(std::span<const float> logits) {
  const double peak = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<float>(logit - peak));
  return peak + std::log(sum);
}

Drawn draw_token(std::span<const float> model_logits, const Sampling& sampling, double uniform, double penalty,
                 std::span<const std::int32_t> seen) {
  std::vector<float> changed;
  std::span<const float> logits = model_logits;
  if (penalty != 1.0) logits = changed = penalised(model_logits, penalty, seen);
  std::int32_t token = 0;
  if (sampling.temperature <= 0) {
    token = most_probable(logits);
  } else {
    const double peak = *std::ranges::max_element(logits);
    if (sampling.top_k > 0 || sampling.top_p < 1) {
      std::vector<double> weights;
      const auto order = survivors(logits, sampling, peak, weights);
      const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
      token = order[pick(order.size(), total, uniform, [&](std::size_t i) { return weights[i]; })];
    } else {
      const auto weight = [&](std::size_t i) {
        return static_cast<double>(std::exp(static_cast<float>((logits[i] - peak) / sampling.temperature)));
      };
      double total = 0;
      for (std::size_t i = 0; i < logits.size(); ++i) total += weight(i);
      token = static_cast<std::int32_t>(pick(logits.size(), total, uniform, weight));
    }
  }
  const double logprob = model_logits[static_cast<std::size_t>(token)] - log_sum_exp(model_logits);
  return {token, static_cast<float>(std::min(logprob, 0.0))};
}

}  // namespace espalier::models
