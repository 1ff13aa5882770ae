#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "models/attention/attention.hpp"
#include "models/device/captured_graph.hpp"

namespace espalier::models {

/// Passes in which every sequence reads one token, recorded once for every shape of batch and replayed from then on.
class CapturedSteps {
 public:
  /// What a pass does with embeddings ([rows, width]), which it may change, and the numbers of its attention, both on
  /// the device: returns hidden states.
  using Pass = std::function<at::Tensor(at::Tensor embedded, BatchedAttention& attention, const at::Tensor& numbers)>;

  explicit CapturedSteps(GraphCapture capture) : capture_(std::move(capture)) {}
  /// Whether passes can be recorded at all.
  explicit operator bool() const { return static_cast<bool>(capture_); }

  /// Does `pass`, which must do the same whenever `attention` has the same shape. `attention` must be uniform.
  at::Tensor run(BatchedAttention attention, const at::Tensor& embedded, const Pass& pass);
  /// Forgets all passes: some tensor that they read or write is another now.
  void forget() { steps_.clear(); }

  /// How many rows, or pages, a batch of `count` is padded to: at most a quarter more, beyond a few times `unit`, so
  /// that there are few shapes.
  static std::int64_t padded(std::int64_t count, std::int64_t unit);

 private:
  struct Step {
    at::Tensor embedded, numbers;
    std::unique_ptr<CapturedGraph> graph;
  };
  GraphCapture capture_;
  std::map<std::pair<std::int64_t, std::int64_t>, Step> steps_;  // by rows and gathered pages
};

}  // namespace espalier::models
