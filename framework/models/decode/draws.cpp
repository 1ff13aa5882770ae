#include "models/decode/draws.hpp"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>

namespace espalier::models {
namespace {

at::Tensor on(const at::Tensor& logits, const std::vector<std::int64_t>& values) {
  return at::tensor(values, at::kLong).to(logits.device());
}

std::span<const float> row_of(const at::Tensor& logits, std::int64_t row) {
  return {logits.const_data_ptr<float>() + row * logits.size(1), static_cast<std::size_t>(logits.size(1))};
}

// Makes the tokens that were seen less likely; row i of `logits` is that of draws[i].
at::Tensor penalised(const at::Tensor& logits, std::span<const Draw> draws, double penalty) {
  if (penalty == 1.0) return logits;
  std::vector<std::int64_t> places;
  for (std::size_t i = 0; i < draws.size(); ++i)
    for (const auto token : draws[i].seen) places.push_back(static_cast<std::int64_t>(i) * logits.size(1) + token);
  if (places.empty()) return logits;
  const at::Tensor changed = logits.clone(), index = on(logits, places);
  const at::Tensor known = changed.view({-1}).index_select(0, index);
  changed.view({-1}).index_copy_(0, index, at::where(known > 0, known / penalty, known * penalty));
  return changed;
}

// The first place, [draws, 1], at which the sums [draws, choices] pass what is `wanted`, [draws, 1].
at::Tensor passed(const at::Tensor& cumulative, const at::Tensor& wanted) {
  return at::searchsorted(cumulative, wanted, /*out_int32=*/false, /*right=*/true).clamp_max_(cumulative.size(1) - 1);
}

// log p(token) of every row, [rows, 1], at most 0.
at::Tensor logprobs(const at::Tensor& logits, const at::Tensor& tokens) {
  return at::log_softmax(logits, 1).gather(1, tokens).clamp_max_(0).cpu();
}

// Draws of one kind and which they are.
struct Share {
  std::vector<const Draw*> draws;
  std::vector<std::int64_t> places;

  // A number of every draw, [draws, 1].
  template <class Number>
  at::Tensor column(at::Device device, const Number& number) const {
    std::vector<std::invoke_result_t<Number, const Draw&>> values;
    for (const Draw* const draw : draws) values.push_back(number(*draw));
    return at::tensor(values).to(device).unsqueeze(1);
  }
  at::Tensor uniform(at::Device device) const {
    return column(device, [](const Draw& draw) { return draw.uniform; });
  }
};

at::Tensor scaled(const at::Tensor& logits, const Share& share) {
  return logits /
         share.column(logits.device(), [](const Draw& draw) { return static_cast<float>(draw.sampling->temperature); });
}

// The kinds of draws. Row i of `logits` is for share.draws[i]; they return tokens, [draws, 1].

at::Tensor draw_best(const at::Tensor& logits, const Share&) { return logits.argmax(1, /*keepdim=*/true); }

// From all tokens, in the order of the vocabulary: first the run of tokens, then the token in it, as sums along a whole
// vocabulary are slow on a GPU.
at::Tensor draw_any(const at::Tensor& logits, const Share& share) {
  constexpr std::int64_t run = 512;
  const std::int64_t count = logits.size(0), vocabulary = logits.size(1), whole = vocabulary / run;
  const at::Tensor weights = at::softmax(scaled(logits, share), 1);
  const auto masses_of = [&](std::int64_t first, std::int64_t runs, std::int64_t width) {
    return weights.narrow(1, first, runs * width)
        .view({count, runs, width})
        .sum(at::IntArrayRef{2}, false, at::kDouble);
  };
  const at::Tensor masses = at::cat({masses_of(0, whole, run), masses_of(whole * run, 1, vocabulary - whole * run)}, 1);
  const at::Tensor cumulative = masses.cumsum(1);
  const at::Tensor wanted = cumulative.narrow(1, whole, 1) * share.uniform(logits.device());
  const at::Tensor chosen = passed(cumulative, wanted);
  const at::Tensor tokens = (chosen * run + at::arange(run, chosen.options())).clamp_max_(vocabulary - 1);
  const at::Tensor before = cumulative.gather(1, chosen) - masses.gather(1, chosen);
  const at::Tensor inside = weights.gather(1, tokens).cumsum(1, at::kDouble);
  return tokens.gather(1, passed(inside, wanted - before));
}

// From those that top-k and top-p leave, in the order of their probability.
at::Tensor draw_filtered(const at::Tensor& logits, const Share& share) {
  const std::int64_t vocabulary = logits.size(1);
  std::int64_t longest = 0;
  const at::Tensor limit = share.column(logits.device(), [&](const Draw& draw) {
    const std::int64_t wanted =
        draw.sampling->top_k > 0 ? std::min<std::int64_t>(draw.sampling->top_k, vocabulary) : vocabulary;
    longest = std::max(longest, wanted);
    return wanted;
  });
  const at::Tensor mass = share.column(logits.device(), [](const Draw& draw) { return draw.sampling->top_p; });
  const auto [ordered, order] = scaled(logits, share).topk(longest, 1, /*largest=*/true, /*sorted=*/true);
  const at::Tensor place = at::arange(ordered.size(1), order.options());
  const at::Tensor weights = at::softmax(ordered.masked_fill(place >= limit, -INFINITY), 1).to(at::kDouble);
  const at::Tensor cumulative = weights.cumsum(1);
  // A token stays while what is before it has less than its share of the mass; the first always does.
  const at::Tensor stays = (cumulative - weights) < mass * cumulative.narrow(1, cumulative.size(1) - 1, 1);
  const at::Tensor last = (stays.logical_and_(place < limit).sum(1, /*keepdim=*/true) - 1).clamp_min_(0);
  return order.gather(1, passed(cumulative, cumulative.gather(1, last) * share.uniform(logits.device())).minimum(last));
}

std::vector<Drawn> draw_on_cpu(const at::Tensor& logits, std::span<const Draw> draws, double penalty) {
  std::vector<Drawn> drawn(draws.size());
  at::parallel_for(0, std::ssize(draws), 4, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      const Draw& draw = draws[i];
      drawn[i] = draw_token(row_of(logits, draw.row), *draw.sampling, draw.uniform, penalty, draw.seen);
    }
  });
  return drawn;
}

}  // namespace

std::vector<Drawn> draw_tokens(const at::Tensor& logits, std::span<const Draw> draws, double penalty) {
  return (logits.is_cpu() ? draw_on_cpu : draw_tokens_batched)(logits, draws, penalty);
}

std::vector<Drawn> draw_tokens_batched(const at::Tensor& logits, std::span<const Draw> draws, double penalty) {
  if (draws.empty()) return {};
  const c10::InferenceMode no_gradients;
  std::vector<std::int64_t> rows;
  Share best, any, filtered;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const Sampling& sampling = *draws[i].sampling;
    const bool filters = sampling.top_k > 0 || sampling.top_p < 1;
    Share& share = sampling.temperature <= 0 ? best : filters ? filtered : any;
    share.draws.push_back(&draws[i]);
    share.places.push_back(static_cast<std::int64_t>(i));
    rows.push_back(draws[i].row);
  }
  // Where each row draws once, as in most steps, the logits need not be copied.
  bool in_order = std::ssize(rows) == logits.size(0);
  for (std::size_t i = 0; i < rows.size(); ++i) in_order = in_order && rows[i] == static_cast<std::int64_t>(i);
  const at::Tensor own = in_order ? logits : logits.index_select(0, on(logits, rows));
  const at::Tensor changed = penalised(own, draws, penalty);
  at::Tensor tokens = at::empty({std::ssize(draws), 1}, own.options().dtype(at::kLong));
  const auto decide = [&](const auto& kind, const Share& share) {
    if (share.draws.empty()) return;
    const at::Tensor index = on(logits, share.places);
    const bool all = share.draws.size() == draws.size();
    tokens.index_copy_(0, index, kind(all ? changed : changed.index_select(0, index), share));
  };
  decide(draw_best, best);
  decide(draw_any, any);
  decide(draw_filtered, filtered);
  const at::Tensor likely = logprobs(own, tokens), chosen = tokens.cpu();
  std::vector<Drawn> drawn;
  for (std::size_t i = 0; i < draws.size(); ++i)
    drawn.push_back(
        {static_cast<std::int32_t>(chosen.const_data_ptr<std::int64_t>()[i]), likely.const_data_ptr<float>()[i]});
  return drawn;
}

std::vector<float> logprobs_of(const at::Tensor& logits, std::span<const std::int32_t> targets) {
  std::vector<float> list(targets.size());
  if (!logits.is_cpu()) {
    const at::Tensor wanted = on(logits, {targets.begin(), targets.end()}).unsqueeze(1);
    const at::Tensor found = logprobs(logits, wanted);
    std::copy_n(found.const_data_ptr<float>(), list.size(), list.begin());
    return list;
  }
  at::parallel_for(0, std::ssize(targets), 4, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      const auto row = row_of(logits, static_cast<std::int64_t>(i));
      const double logprob = row[static_cast<std::size_t>(targets[i])] - log_sum_exp(row);
      list[i] = static_cast<float>(std::min(logprob, 0.0));
    }
  });
  return list;
}

}  // namespace espalier::models
