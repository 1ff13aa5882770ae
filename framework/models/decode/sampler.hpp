#pragma once

#include <cstdint>
#include <espalier/language_model.hpp>
#include <span>

namespace espalier::models {

/// One drawn token.
struct Drawn {
  std::int32_t token;
  float logprob;  ///< natural log-probability in the model's own distribution: temperature 1, no filter, no penalty
};

/// Draws a token from `logits` (one per token of the vocabulary): temperature, then top-k, then top-p; at temperature 0
/// the most probable token, the smallest id among equals. Depends on its arguments alone; `uniform` is in [0, 1).
/// `penalty` other than 1 makes the tokens in `seen` less likely, as transformers' repetition_penalty does.
Drawn draw_token(std::span<const float> logits, const Sampling& sampling, double uniform, double penalty = 1.0,
                 std::span<const std::int32_t> seen = {});

/// Returns log(sum(exp(logits))).
double log_sum_exp(std::span<const float> logits);

}  // namespace espalier::models
