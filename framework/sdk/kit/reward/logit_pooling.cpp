#include <algorithm>
#include <espalier/kit/reward/logistic.hpp>
#include <espalier/kit/reward/logit_pooling.hpp>
#include <espalier/kit/reward/losses.hpp>

namespace espalier::reward {
namespace {

constexpr double kLeastLogprob = -10.0;  // no single token decides alone

constexpr double kClosed = -3.0;  // gates begin nearly closed: an untrained sum must not saturate tanh

double surprise(float logprob) { return std::clamp(static_cast<double>(logprob), kLeastLogprob, 0.0); }
double gate(float opening) { return softplus(static_cast<double>(opening) + kClosed); }
double gate_slope(float opening) { return sigmoid(static_cast<double>(opening) + kClosed); }

}  // namespace

void LogitPooling::ask(ScoringHeadSpec& scoring_head) const {
  scoring_head.token_logprob = pools();
  const int pooled = pools() ? 2 * spec_.positions : 0;
  const bool by_state = spec_.head == Head::state_pooling;
  scoring_head.state_outputs = direct() + (by_state ? pooled : 0);
  scoring_head.embedding_outputs = by_state ? 0 : pooled;
}

// Columns: [log-probability] [direct] [gates 0 .. positions-1] [offsets 0 .. positions-1].
int LogitPooling::width() const { return (pools() ? 1 + 2 * spec_.positions : 0) + direct(); }

double LogitPooling::tilt(std::size_t logit) const {
  return spec_.bins == 1 ? 1.0 : Distribution::bin_value(logit, static_cast<std::size_t>(spec_.bins));
}

std::vector<std::int32_t> LogitPooling::positions(const Layout& layout, int first) const {
  std::vector<std::int32_t> at;
  for (auto message = static_cast<std::size_t>(first); message < layout.begins.size(); ++message) {
    if (pools()) {
      for (std::int32_t token = layout.begins[message]; token < layout.separators[message]; ++token)
        at.push_back(token);
    }
    at.push_back(layout.separators[message]);
  }
  return at;
}

std::vector<double> LogitPooling::read(std::span<const float> rows, const Layout& layout, int first,
                                       Carried& carried) const {
  const auto columns = static_cast<std::size_t>(width());
  const auto states = static_cast<std::size_t>(direct());
  const auto gates = static_cast<std::size_t>(spec_.positions);
  carried.resize(pools() ? gates : 0, 0.0);
  std::vector<double> logits;
  const float* row = rows.data();
  for (auto message = static_cast<std::size_t>(first); message < layout.begins.size(); ++message) {
    for (auto token = layout.begins[message]; pools() && token < layout.separators[message]; ++token, row += columns) {
      for (std::size_t column = 0; column < gates; ++column) {
        carried[column] += gate(row[1 + states + column]) * surprise(row[0]) +
                           token_share() * static_cast<double>(row[1 + states + gates + column]);
      }
    }
    double pooled = 0;
    if (pools()) {
      const auto position = static_cast<std::size_t>(position_of(static_cast<int>(message)));
      pooled = carried[position] + static_cast<double>(row[1 + states + gates + position]);
    }
    const std::size_t shift = pools() ? 1 : 0;
    for (std::size_t logit = 0; logit < static_cast<std::size_t>(this->logits()); ++logit)
      logits.push_back((states > 0 ? static_cast<double>(row[shift + logit]) : 0.0) + tilt(logit) * pooled);
    row += columns;
  }
  return logits;
}

void LogitPooling::learn(std::span<const float> rows, const Layout& layout, std::span<const double> by_logit,
                         std::span<float> gradient) const {
  const auto columns = static_cast<std::size_t>(width());
  const auto states = static_cast<std::size_t>(direct());
  const auto gates = static_cast<std::size_t>(spec_.positions);
  const std::size_t messages = layout.begins.size();
  // A token of message m is in the sums of all later messages: gradients gather from the end.
  std::vector<double> by_sum(pools() ? gates : 0, 0.0);
  std::size_t end = rows.size() / columns;
  for (std::size_t message = messages; message-- > 0;) {
    const std::size_t separator = --end;
    float* const to = gradient.data() + separator * columns;
    const std::size_t shift = pools() ? 1 : 0;
    const auto logits = static_cast<std::size_t>(this->logits());
    double by_pooled = 0;
    for (std::size_t logit = 0; logit < logits; ++logit) {
      const double by_this = by_logit[message * logits + logit];
      if (states > 0) to[shift + logit] += static_cast<float>(by_this);
      by_pooled += tilt(logit) * by_this;
    }
    if (!pools()) continue;
    const auto position = static_cast<std::size_t>(position_of(static_cast<int>(message)));
    to[1 + states + gates + position] += static_cast<float>(by_pooled);
    by_sum[position] += by_pooled;
    for (auto token = layout.separators[message]; token-- > layout.begins[message];) {
      --end;
      const float* const row = rows.data() + end * columns;
      float* const into = gradient.data() + end * columns;
      double by_logprob = 0;
      for (std::size_t column = 0; column < gates; ++column) {
        const float opening = row[1 + states + column];
        by_logprob += by_sum[column] * gate(opening);
        into[1 + states + column] += static_cast<float>(by_sum[column] * gate_slope(opening) * surprise(row[0]));
        into[1 + states + gates + column] += static_cast<float>(by_sum[column] * token_share());
      }
      const auto logprob = static_cast<double>(row[0]);
      if (logprob > kLeastLogprob && logprob < 0) into[0] += static_cast<float>(by_logprob);
    }
  }
}

}  // namespace espalier::reward
