#pragma once

#include <cstddef>
#include <cstdint>
#include <espalier/base_model.hpp>
#include <span>
#include <vector>

namespace espalier::reward {

/// How the rows a scoring head gives become one logit z_k per message.
///
///   last_state       the linear head at the separator after message k:  z_k = w . h_k + b
///   logprob_pooling  what the base model found surprising, weighed by a gate that is learned from outcomes:
///                        z_k = b_k + sum over the tokens t of messages 1 .. k of
///                                    softplus(g_k(x_t) - 3) clamp(log p_t, -10, 0)
///                    with g_k and b_k linear in the token's own embedding (b_k in the separator's), one of each per
///                    position k in the transcript up to `positions`, later messages sharing the last
///   both             the sum of the two
///   state_pooling    as logprob_pooling, but with gates and offsets linear in the state h_t, which knows what stands
///                    before a token, and with what the tokens themselves have to say:
///                        z_k = o_k(h_k) + sum over t of
///                                         [softplus(g_k(h_t) - 3) clamp(log p_t, -10, 0) + o_k(h_t) / 16]
///
/// With several bins they become the logits of a distribution over the values v_b that bins stand for, see
/// Distribution: a linear head on h_k tells a shape, which z_k tilts,
///     l_kb = u_b . h_k + c_b + v_b z_k
/// (without z_k for last_state). Where the shape is flat, two bins have the mean tanh(z_k / 2) / 2.
///
/// A model too small to notice an error in its last layer still shows surprise at the token that is wrong; a gate on
/// that surprise needs few outcomes to be learned.
enum class Head { last_state, logprob_pooling, both, state_pooling };

struct LogitPoolingSpec {
  Head head = Head::last_state;
  int positions = 4;
  int bins = 1;  ///< 1: the logit alone
};

/// Where the messages of one state lie in an input: message m has the tokens begins[m] .. separators[m] - 1.
struct Layout {
  std::span<const std::int32_t> begins, separators;
};

/// The sums that pooling carries from a state to its children: one per gate.
using Carried = std::vector<double>;

class LogitPooling {
 public:
  explicit LogitPooling(const LogitPoolingSpec& spec) : spec_(spec) {}

  /// Sets the parts of a scoring head's specification that this needs.
  void ask(ScoringHeadSpec& scoring_head) const;
  /// Logits per message: 1, or the number of bins.
  int logits() const { return spec_.bins; }
  /// Whether rows are needed at the tokens of messages, or at their separators alone.
  bool pools() const { return spec_.head != Head::last_state; }
  /// The positions whose rows `read` and `learn` take, for messages `first` and later, ascending.
  std::vector<std::int32_t> positions(const Layout& layout, int first) const;

  /// Returns the logits after every message from `first` on, row-major. `rows` are the outputs at `positions(...)`;
  /// `carried` are the sums over the messages before, and become those over all.
  std::vector<double> read(std::span<const float> rows, const Layout& layout, int first, Carried& carried) const;
  /// The way back: adds to `gradient` (like `rows`) what the gradient by the logits of all messages comes to. For
  /// inputs from the first message on.
  void learn(std::span<const float> rows, const Layout& layout, std::span<const double> by_logit,
             std::span<float> gradient) const;

 private:
  int width() const;
  /// Outputs of the state at a separator that are logits as they are.
  int direct() const {
    const bool pooled_alone = spec_.head == Head::logprob_pooling || spec_.head == Head::state_pooling;
    return pooled_alone && spec_.bins == 1 ? 0 : spec_.bins;
  }
  /// What the pooled sum counts in one of the logits.
  double tilt(std::size_t logit) const;
  /// What the offset of a message's token adds to the sum; that of its separator counts whole.
  double token_share() const { return spec_.head == Head::state_pooling ? 1.0 / 16 : 0.0; }
  int position_of(int message) const { return message < spec_.positions ? message : spec_.positions - 1; }

  LogitPoolingSpec spec_;
};

}  // namespace espalier::reward
