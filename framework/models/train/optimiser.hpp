#pragma once

#include <ATen/ATen.h>

#include <espalier/base_model.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/weights.hpp"

namespace espalier::models {

/// Turns gradients into steps: AdamW, or Muon on the matrices inside blocks and AdamW on the rest.
///
/// Muon (K. Jordan, 2024): Nesterov momentum whose singular values five Newton-Schulz iterations draw towards one,
/// scaled by sqrt(max(1, rows / columns)).
class Optimiser {
 public:
  Optimiser(std::vector<Parameter> parameters, const OptimiserSpec& spec);

  /// Applies and clears the gradients, learning rates multiplied by `scale`; returns their norm before clipping.
  double step(double scale);

  /// The state, by name; tensors are shared with the optimiser.
  std::vector<std::pair<std::string, at::Tensor>> state() const;
  std::int64_t steps() const { return steps_; }
  void set_steps(std::int64_t steps) { steps_ = steps; }
  const std::vector<Parameter>& parameters() const { return parameters_; }

 private:
  // A matrix that Muon steps: some rows of a parameter.
  struct Part {
    std::size_t parameter;
    std::int64_t start, rows;
  };
  // Matrices of one shape, orthogonalised in one batch.
  struct Group {
    std::vector<Part> parts;
    at::Tensor momentum;  // [parts, rows, columns]
  };
  void step_adamw(std::size_t index, double rate);
  void step_muon(Group& group, double rate);

  std::vector<Parameter> parameters_;
  OptimiserSpec spec_;
  std::vector<Group> groups_;
  std::vector<at::Tensor> first_, second_;  // moments of AdamW; undefined for what Muon steps
  std::int64_t steps_ = 0;
};

/// Returns `x` ([matrices, rows, columns]) with its singular values drawn towards one.
at::Tensor orthogonalised(const at::Tensor& x);

}  // namespace espalier::models
