#include "models/train/optimiser.hpp"

#include <c10/core/GradMode.h>

#include <cmath>

namespace espalier::models {

at::Tensor orthogonalised(const at::Tensor& given) {
  const bool tall = given.size(1) > given.size(2);
  at::Tensor x = tall ? given.transpose(1, 2) : given;
  x = (x / (x.flatten(1).norm(2, 1).view({-1, 1, 1}) + 1e-7)).contiguous();
  for (int i = 0; i < 5; ++i) {
    const at::Tensor square = at::bmm(x, x.transpose(1, 2));
    const at::Tensor factor = at::baddbmm(square, square, square, -4.7750, 2.0315);
    x = at::baddbmm(x, factor, x, 3.4445, 1.0);
  }
  return tall ? x.transpose(1, 2) : x;
}

Optimiser::Optimiser(std::vector<Parameter> parameters, const OptimiserSpec& spec)
    : parameters_(std::move(parameters)), spec_(spec), first_(parameters_.size()), second_(parameters_.size()) {
  std::map<std::pair<std::int64_t, std::int64_t>, Group> groups;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Parameter& parameter = parameters_[i];
    if (spec.method == OptimiserSpec::Method::muon && parameter.hidden_matrix) {
      std::int64_t start = 0;
      for (const std::int64_t rows : parameter.parts) {
        groups[{rows, parameter.tensor.size(1)}].parts.push_back({i, start, rows});
        start += rows;
      }
    } else {
      first_[i] = at::zeros_like(parameter.tensor);
      second_[i] = at::zeros_like(parameter.tensor);
    }
  }
  for (auto& [shape, group] : groups) {
    group.momentum = at::zeros({static_cast<std::int64_t>(group.parts.size()), shape.first, shape.second},
                               parameters_[group.parts.front().parameter].tensor.options().requires_grad(false));
    groups_.push_back(std::move(group));
  }
}

double Optimiser::step(double scale) {
  const c10::AutoGradMode no_gradients(false);
  double square = 0;
  for (const auto& parameter : parameters_)
    if (parameter.tensor.grad().defined()) square += std::pow(parameter.tensor.grad().norm().item<double>(), 2);
  const double norm = std::sqrt(square);
  if (spec_.clip > 0 && norm > spec_.clip)
    for (const auto& parameter : parameters_)
      if (parameter.tensor.grad().defined()) parameter.tensor.grad().mul_(spec_.clip / (norm + 1e-6));
  ++steps_;
  const double head_rate = spec_.head_learning_rate > 0 ? spec_.head_learning_rate : spec_.learning_rate;
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    if (first_[i].defined()) step_adamw(i, scale * (parameters_[i].head ? head_rate : spec_.learning_rate));
  for (auto& group : groups_) step_muon(group, scale * spec_.matrix_learning_rate);
  for (const auto& parameter : parameters_)
    if (parameter.tensor.grad().defined()) parameter.tensor.mutable_grad() = at::Tensor();
  return norm;
}

void Optimiser::step_adamw(std::size_t index, double rate) {
  const at::Tensor& weight = parameters_[index].tensor;
  const at::Tensor& gradient = weight.grad();
  if (!gradient.defined()) return;
  const auto count = static_cast<double>(steps_);
  first_[index].lerp_(gradient, 1 - spec_.beta1);
  second_[index].mul_(spec_.beta2).addcmul_(gradient, gradient, 1 - spec_.beta2);
  const at::Tensor size = second_[index].sqrt().div_(std::sqrt(1 - std::pow(spec_.beta2, count))).add_(1e-8);
  if (spec_.weight_decay > 0 && weight.dim() == 2) weight.mul_(1 - rate * spec_.weight_decay);
  weight.addcdiv_(first_[index], size, -rate / (1 - std::pow(spec_.beta1, count)));
}

void Optimiser::step_muon(Group& group, double rate) {
  std::vector<at::Tensor> gradients;
  for (const Part& part : group.parts) {
    const at::Tensor& gradient = parameters_[part.parameter].tensor.grad();
    if (!gradient.defined()) return;
    gradients.push_back(gradient.narrow(0, part.start, part.rows));
  }
  const at::Tensor gradient = at::stack(gradients);
  group.momentum.lerp_(gradient, 1 - spec_.momentum);
  const at::Tensor update = orthogonalised(gradient.lerp(group.momentum, spec_.momentum));
  const double shape =
      std::sqrt(std::max(1.0, static_cast<double>(update.size(1)) / static_cast<double>(update.size(2))));
  for (std::size_t i = 0; i < group.parts.size(); ++i) {
    const Part& part = group.parts[i];
    const at::Tensor weight = parameters_[part.parameter].tensor.narrow(0, part.start, part.rows);
    if (spec_.weight_decay > 0) weight.mul_(1 - rate * spec_.weight_decay);
    weight.sub_(update[static_cast<std::int64_t>(i)], rate * shape);
  }
}

std::vector<std::pair<std::string, at::Tensor>> Optimiser::state() const {
  std::vector<std::pair<std::string, at::Tensor>> list;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!first_[i].defined()) continue;
    list.emplace_back("first." + parameters_[i].name, first_[i]);
    list.emplace_back("second." + parameters_[i].name, second_[i]);
  }
  for (std::size_t i = 0; i < groups_.size(); ++i)
    list.emplace_back("momentum." + std::to_string(i), groups_[i].momentum);
  return list;
}

}  // namespace espalier::models
