#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <espalier/kit/reward/logistic.hpp>
#include <espalier/kit/reward/losses.hpp>
#include <stdexcept>

namespace espalier::reward {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

Slope huber(double error) {
  if (std::abs(error) < kHuberBeta) return {error * error / (2 * kHuberBeta), error / kHuberBeta};
  return {std::abs(error) - kHuberBeta / 2, error > 0 ? 1.0 : -1.0};
}

double target_logit(const Label& label) { return std::atanh(std::clamp(label.value, -kLogitClamp, kLogitClamp)); }

/// Cross-entropy of a chance q with sigmoid(2 z): softplus(2 z) - 2 q z.
Slope cross_entropy(double logit, double chance) {
  return {softplus(2 * logit) - 2 * chance * logit, 2 * (sigmoid(2 * logit) - chance)};
}

std::vector<double> softmax(std::span<const double> logits) {
  const double highest = *std::ranges::max_element(logits);
  std::vector<double> chances;
  double total = 0;
  for (const double logit : logits) total += chances.emplace_back(std::exp(logit - highest));
  for (double& chance : chances) chance /= total;
  return chances;
}

Slope huber_value(double logit, const Label& label) {
  const double value = std::tanh(logit);
  Slope slope = huber(value - label.value);
  slope.gradient *= 1 - value * value;
  return slope;
}

Slope huber_logit(double logit, const Label& label) { return huber(logit - target_logit(label)); }

Slope mse_logit(double logit, const Label& label) {
  const double error = logit - target_logit(label);
  return {error * error, 2 * error};
}

Slope bce(double logit, const Label& label) { return cross_entropy(logit, (label.value + 1) / 2); }

Slope counts(double logit, const Label& label) {
  return cross_entropy(logit, label.visits > 0 ? static_cast<double>(label.successes) / label.visits : 0.5);
}

Slope bradley_terry(double difference) { return {softplus(-difference), -sigmoid(-difference)}; }

constexpr std::array kLosses = {Loss{.name = "huber", .of_label = huber_value},
                                Loss{.name = "huber_logit", .of_label = huber_logit},
                                Loss{.name = "mse_logit", .of_label = mse_logit},
                                Loss{.name = "bce", .of_label = bce},
                                Loss{.name = "counts", .of_label = counts, .by_visits = true},
                                Loss{.name = "bradley_terry", .of_preference = bradley_terry},
                                Loss{.name = "distribution", .of_bins = Distribution::learn}};

WeightedLoss parse_term(std::string_view term) {
  const std::string text(trimmed(term));
  const char* begin = text.c_str();
  char* end = nullptr;
  double weight = std::strtod(begin, &end);
  if (end == begin) weight = 1.0;
  const std::string_view name = trimmed(std::string_view(text).substr(static_cast<std::size_t>(end - begin)));
  if (!(weight > 0.0) || !std::isfinite(weight))
    throw std::invalid_argument("has the weight in \"" + text + "\", which is not above 0");
  const Loss* known = find_loss(name);
  if (known == nullptr) {
    throw std::invalid_argument("has no loss \"" + std::string(name) + "\"; losses: " + loss_names() +
                                "; a mixture is written \"0.7 huber + 0.3 bradley_terry\"");
  }
  return {known, weight};
}

}  // namespace

const Loss* find_loss(std::string_view name) {
  const auto found = std::ranges::find(kLosses, name, &Loss::name);
  return found == kLosses.end() ? nullptr : &*found;
}

std::string loss_names() {
  std::string names;
  for (const auto& loss : kLosses) names += (names.empty() ? "" : ", ") + std::string(loss.name);
  return names;
}

std::vector<WeightedLoss> parse_losses(std::string_view text) {
  std::vector<WeightedLoss> losses;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('+', begin), text.size());
    losses.push_back(parse_term(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return losses;
}

Value Distribution::value(std::span<const double> logits) {
  const auto chances = softmax(logits);
  double mean = 0;
  double square = 0;
  for (std::size_t bin = 0; bin < chances.size(); ++bin) {
    const double value = bin_value(bin, chances.size());
    mean += chances[bin] * value;
    square += chances[bin] * value * value;
  }
  return {.mean = mean, .deviation = std::sqrt(std::max(0.0, square - mean * mean))};
}

double Distribution::learn(std::span<const double> logits, const Label& label, double factor,
                           std::span<double> gradient) {
  const auto chances = softmax(logits);
  const auto bins = static_cast<double>(logits.size());
  const double place = std::clamp((label.value + 1) * bins / 2 - 0.5, 0.0, bins - 1);
  const auto low = static_cast<std::size_t>(place);
  const double high_share = place - static_cast<double>(low);
  double loss = 0;
  for (std::size_t bin = 0; bin < chances.size(); ++bin) {
    const double wanted = bin == low ? 1 - high_share : bin == low + 1 ? high_share : 0.0;
    if (wanted > 0) loss -= wanted * std::log(std::max(chances[bin], 1e-300));
    gradient[bin] += factor * (chances[bin] - wanted);
  }
  return loss;
}

}  // namespace espalier::reward
