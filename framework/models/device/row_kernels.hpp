#pragma once

namespace espalier::models {

/// Positions per page of the KV cache: one vector register of 16 floats.
inline constexpr int kPage = 16;

/// One query row against one sequence's cached keys and values; all pointers are float32 on the CPU.
struct AttendRow {
  const float* query;          ///< [heads, head_width], already scaled
  const float* const* keys;    ///< per page: [kv_heads, head_width, kPage]
  const float* const* values;  ///< per page: [kv_heads, kPage, head_width]
  int begin;                   ///< positions of the first page that are not attended to, less than kPage
  int length;                  ///< positions of the pages up to the last that is attended to
  int heads, kv_heads, head_width;
  float* scores;  ///< scratch, at least `length` rounded up to kPage
  float* out;     ///< [heads, head_width]
};

/// Arithmetic on single rows. Every result depends on its own row alone, and is summed in an order that depends on the
/// row's length alone: this is what makes logits independent of batches.
struct RowKernels {
  const char* name;
  /// out[i] = x[i] * weight[i] / sqrt(mean(x^2) + epsilon)
  void (*rms_norm)(const float* x, const float* weight, float epsilon, int width, float* out);
  /// Rotates the halves of one head: (a, b) -> (a cos - b sin, b cos + a sin)
  void (*rotate)(float* head, const float* cosine, const float* sine, int half);
  /// out[i] = silu(gate[i]) * up[i]
  void (*swiglu)(const float* gate, const float* up, int width, float* out);
  /// Softmax attention of one row.
  void (*attend)(const AttendRow& row);
  /// Gradients of rms_norm; adds to `weight_gradient`.
  void (*rms_norm_back)(const float* x, const float* weight, const float* gradient, float epsilon, int width,
                        float* x_gradient, float* weight_gradient);
  /// The gradient of `rotate`; undoes it, where cosines and sines are not scaled.
  void (*rotate_back)(float* head, const float* cosine, const float* sine, int half);
  void (*swiglu_back)(const float* gate, const float* up, const float* gradient, int width, float* gate_gradient,
                      float* up_gradient);
};

/// The fastest kernels this processor runs, chosen once per process.
const RowKernels& row_kernels();

extern const RowKernels kBaselineKernels;
extern const RowKernels kAvx2Kernels;
extern const RowKernels kAvx512Kernels;

}  // namespace espalier::models
