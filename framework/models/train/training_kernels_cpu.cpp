#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "models/device/row_kernels.hpp"
#include "models/train/training_kernels.hpp"

// Differentiable operations as single passes over memory. Gradients of weights are summed by blocks of kBlock rows and
// then over blocks, in order, so that they do not depend on the number of threads.

namespace espalier::models {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kBlock = 64;

// Calls f(block, first row, last row + 1) for all blocks of rows.
template <class F>
void for_blocks(std::int64_t rows, const F& f) {
  at::parallel_for(0, (rows + kBlock - 1) / kBlock, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block)
      f(block, block * kBlock, std::min(rows, (block + 1) * kBlock));
  });
}

// One row of gradient sums per block.
at::Tensor block_sums(std::int64_t rows, std::int64_t width, const at::Tensor& like) {
  return at::zeros({(rows + kBlock - 1) / kBlock, width}, like.options());
}

struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, double epsilon) {
    context->save_for_backward({x, weight});
    context->saved_data["epsilon"] = epsilon;
    at::Tensor out = at::empty_like(x);
    const std::int64_t width = x.size(1);
    const float* const in = x.const_data_ptr<float>();
    const float* const scale = weight.const_data_ptr<float>();
    float* const to = out.mutable_data_ptr<float>();
    for_blocks(x.size(0), [&](std::int64_t, std::int64_t first, std::int64_t last) {
      for (std::int64_t row = first; row < last; ++row)
        row_kernels().rms_norm(in + row * width, scale, static_cast<float>(epsilon), static_cast<int>(width),
                               to + row * width);
    });
    return out;
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    const at::Tensor gradient = gradients[0].contiguous();
    const auto epsilon = static_cast<float>(context->saved_data["epsilon"].toDouble());
    const std::int64_t width = x.size(1);
    at::Tensor x_gradient = at::empty_like(x), sums = block_sums(x.size(0), width, x);
    const float* const in = x.const_data_ptr<float>();
    const float* const scale = saved[1].const_data_ptr<float>();
    const float* const from = gradient.const_data_ptr<float>();
    float* const to = x_gradient.mutable_data_ptr<float>();
    float* const partial = sums.mutable_data_ptr<float>();
    for_blocks(x.size(0), [&](std::int64_t block, std::int64_t first, std::int64_t last) {
      for (std::int64_t row = first; row < last; ++row)
        row_kernels().rms_norm_back(in + row * width, scale, from + row * width, epsilon, static_cast<int>(width),
                                    to + row * width, partial + block * width);
    });
    return {x_gradient, sums.sum(0), at::Tensor()};
  }
};

struct SwiGlu : torch::autograd::Function<SwiGlu> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& gate_up) {
    context->save_for_backward({gate_up});
    const std::int64_t width = gate_up.size(1) / 2;
    at::Tensor out = at::empty({gate_up.size(0), width}, gate_up.options());
    const float* const in = gate_up.const_data_ptr<float>();
    float* const to = out.mutable_data_ptr<float>();
    for_blocks(gate_up.size(0), [&](std::int64_t, std::int64_t first, std::int64_t last) {
      for (std::int64_t row = first; row < last; ++row)
        row_kernels().swiglu(in + row * 2 * width, in + row * 2 * width + width, static_cast<int>(width),
                             to + row * width);
    });
    return out;
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor gate_up = context->get_saved_variables()[0];
    const at::Tensor gradient = gradients[0].contiguous();
    const std::int64_t width = gate_up.size(1) / 2;
    at::Tensor out = at::empty_like(gate_up);
    const float* const in = gate_up.const_data_ptr<float>();
    const float* const from = gradient.const_data_ptr<float>();
    float* const to = out.mutable_data_ptr<float>();
    for_blocks(gate_up.size(0), [&](std::int64_t, std::int64_t first, std::int64_t last) {
      for (std::int64_t row = first; row < last; ++row)
        row_kernels().swiglu_back(in + row * 2 * width, in + row * 2 * width + width, from + row * width,
                                  static_cast<int>(width), to + row * 2 * width, to + row * 2 * width + width);
    });
    return {out};
  }
};

// Where the heads of one packed row lie in the padded layout [sequences, longest, heads, head_width].
struct Layout {
  const ModelConfig& config;
  const std::int64_t* padded;  // by row
  const float* cosine;         // [rows, rotary_width / 2]
  const float* sine;
  Layout(const ModelConfig& model, const at::Tensor& padded_index, const at::Tensor& cosines, const at::Tensor& sines)
      : config(model),
        padded(padded_index.const_data_ptr<std::int64_t>()),
        cosine(cosines.const_data_ptr<float>()),
        sine(sines.const_data_ptr<float>()) {}
  std::int64_t merged_width() const { return config.query_width() + 2 * config.kv_width(); }
};

// Splits merged rows into padded queries, keys and values; norms and rotates the first two.
struct Project : torch::autograd::Function<Project> {
  static variable_list forward(AutogradContext* context, const at::Tensor& merged, const at::Tensor& query_norm,
                               const at::Tensor& key_norm, const TrainingBatch& batch) {
    context->save_for_backward({merged, query_norm, key_norm, batch.padded_index(), batch.cosine(), batch.sine()});
    context->saved_data["config"] =
        reinterpret_cast<std::int64_t>(&batch.config());  // of the weights, which outlive the graph
    const Layout layout(batch.config(), batch.padded_index(), batch.cosine(), batch.sine());
    const ModelConfig& config = layout.config;
    const std::int64_t sequences = static_cast<std::int64_t>(batch.starts().size()) - 1, width = config.head_width,
                       half = config.rotary_width() / 2;
    const auto wide = [&](std::int64_t heads) {
      return at::zeros({sequences, batch.longest(), heads, width}, merged.options());
    };
    at::Tensor query = wide(config.heads), key = wide(config.kv_heads), value = wide(config.kv_heads);
    const float* const in = merged.const_data_ptr<float>();
    float* const queries = query.mutable_data_ptr<float>();
    float* const keys = key.mutable_data_ptr<float>();
    float* const values = value.mutable_data_ptr<float>();
    for_blocks(merged.size(0), [&](std::int64_t, std::int64_t first, std::int64_t last) {
      for (std::int64_t row = first; row < last; ++row) {
        const float* from = in + row * layout.merged_width();
        const auto place = [&](float* to, const at::Tensor& norm, int heads) {
          for (int head = 0; head < heads; ++head, from += width, to += width) {
            if (norm.numel() > 0)
              row_kernels().rms_norm(from, norm.const_data_ptr<float>(), static_cast<float>(config.norm_epsilon),
                                     config.head_width, to);
            else
              std::copy(from, from + width, to);
            row_kernels().rotate(to, layout.cosine + row * half, layout.sine + row * half, static_cast<int>(half));
          }
        };
        const std::int64_t slot = layout.padded[row];
        place(queries + slot * config.query_width(), query_norm, config.heads);
        place(keys + slot * config.kv_width(), key_norm, config.kv_heads);
        std::copy(from, from + config.kv_width(), values + slot * config.kv_width());
      }
    });
    return {query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2)};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& merged = saved[0];
    const Layout layout(*reinterpret_cast<const ModelConfig*>(context->saved_data["config"].toInt()), saved[3],
                        saved[4], saved[5]);
    const ModelConfig& config = layout.config;
    const std::int64_t width = config.head_width, half = config.rotary_width() / 2, rows = merged.size(0);
    std::vector<at::Tensor> padded;
    for (const auto& gradient : gradients) padded.push_back(gradient.transpose(1, 2).contiguous());
    at::Tensor out = at::empty_like(merged);
    at::Tensor query_sums = block_sums(rows, width, merged), key_sums = block_sums(rows, width, merged);
    const float* const in = merged.const_data_ptr<float>();
    float* const to = out.mutable_data_ptr<float>();
    const float* const queries = padded[0].const_data_ptr<float>();
    const float* const keys = padded[1].const_data_ptr<float>();
    const float* const values = padded[2].const_data_ptr<float>();
    float* const query_partial = query_sums.mutable_data_ptr<float>();
    float* const key_partial = key_sums.mutable_data_ptr<float>();
    for_blocks(rows, [&](std::int64_t block, std::int64_t first, std::int64_t last) {
      float turned[1024];
      for (std::int64_t row = first; row < last; ++row) {
        const float* x = in + row * layout.merged_width();
        float* back = to + row * layout.merged_width();
        const auto pull = [&](const float* gradient, const at::Tensor& norm, int heads, float* partial) {
          for (int head = 0; head < heads; ++head, x += width, back += width, gradient += width) {
            std::copy(gradient, gradient + width, turned);
            row_kernels().rotate_back(turned, layout.cosine + row * half, layout.sine + row * half,
                                      static_cast<int>(half));
            if (norm.numel() > 0)
              row_kernels().rms_norm_back(x, norm.const_data_ptr<float>(), turned,
                                          static_cast<float>(config.norm_epsilon), config.head_width, back,
                                          partial + block * width);
            else
              std::copy(turned, turned + width, back);
          }
        };
        const std::int64_t slot = layout.padded[row];
        pull(queries + slot * config.query_width(), saved[1], config.heads, query_partial);
        pull(keys + slot * config.kv_width(), saved[2], config.kv_heads, key_partial);
        const float* const value = values + slot * config.kv_width();
        std::copy(value, value + config.kv_width(), back);
      }
    });
    const bool normed = saved[1].numel() > 0;
    return {out, normed ? query_sums.sum(0) : at::Tensor(), normed ? key_sums.sum(0) : at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor trained_rms_norm_cpu(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  return RmsNorm::apply(x.contiguous(), weight, epsilon);
}

at::Tensor trained_swiglu_cpu(const at::Tensor& gate_up) { return SwiGlu::apply(gate_up.contiguous()); }

Projections trained_projections_cpu(const at::Tensor& merged, const LayerWeights& block, const TrainingBatch& batch) {
  TORCH_CHECK(batch.config().head_width <= 1024, "head_dim above 1024 is not supported");
  // Autograd wants a tensor in each place; an empty one stands for "no norm".
  const auto norm = [&](const at::Tensor& weight) {
    return weight.defined() ? weight : at::empty({0}, merged.options());
  };
  const auto parts = Project::apply(merged.contiguous(), norm(block.query_norm), norm(block.key_norm), batch);
  return {parts[0], parts[1], parts[2]};
}

}  // namespace espalier::models
