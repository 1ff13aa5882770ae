#include "models/decode/captured_steps.hpp"

#include <algorithm>
#include <bit>

namespace espalier::models {

std::int64_t CapturedSteps::padded(std::int64_t count, std::int64_t unit) {
  const auto quarter = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(count))) / 4;
  const std::int64_t step = std::max(unit, quarter / unit * unit);
  return (count + step - 1) / step * step;
}

at::Tensor CapturedSteps::run(BatchedAttention attention, const at::Tensor& embedded, const Pass& pass) {
  const at::Tensor numbers = at::tensor(attention.numbers(), at::kLong);
  Step& step = steps_[{attention.rows(), attention.gathered_pages()}];
  if (step.graph) {
    step.embedded.copy_(embedded);
    step.numbers.copy_(numbers);
  } else {
    step.embedded = embedded.clone();
    step.numbers = numbers.to(embedded.device());
    const auto once = std::make_shared<BatchedAttention>(std::move(attention));
    step.graph = capture_([pass, once, &step] { return pass(step.embedded.clone(), *once, step.numbers); });
  }
  return step.graph->replay().clone();
}

}  // namespace espalier::models
