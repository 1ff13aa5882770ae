#pragma once

#include <ATen/ATen.h>

#include <espalier/random.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/tensor_source.hpp"
#include "models/files/config.hpp"

namespace espalier::models {

/// One decoder block. Matrices are [outputs, inputs] as on disk; undefined tensors are parts the family does not have.
struct LayerWeights {
  at::Tensor attention_norm;         ///< [width]
  at::Tensor qkv, qkv_bias;          ///< [query_width + 2 kv_width, width]: q, k and v on top of one another
  at::Tensor query_norm, key_norm;   ///< [head_width]
  at::Tensor output, output_bias;    ///< [width, query_width]
  at::Tensor mlp_norm;               ///< [width]
  at::Tensor gate_up, gate_up_bias;  ///< [2 feed_forward, width]: gate on top of up
  at::Tensor down, down_bias;        ///< [width, feed_forward]
};

/// One tensor that training changes as a whole.
struct Parameter {
  std::string name;
  at::Tensor tensor;
  bool hidden_matrix = false;       ///< a matrix inside a block, which Muon orthogonalises
  std::vector<std::int64_t> parts;  ///< row counts of the matrices on top of one another
  bool head = false;                ///< of a scoring head's heads, which have a learning rate of their own
};

/// The output head's name in Hugging Face checkpoints.
inline constexpr const char* kHead = "lm_head.weight";

/// The weights of one decoder; the one copy of them in the process. Tensors are shared, not copied, with this struct.
struct Weights {
  ModelConfig config;
  at::Tensor embedding;  ///< [vocabulary, width]
  std::vector<LayerWeights> layers;
  at::Tensor final_norm;  ///< [width]
  at::Tensor head;        ///< [vocabulary, width]; the very tensor `embedding` when tied

  /// Reads the tensors of a checkpoint into `dtype` on `device`. Throws CheckpointError naming file and tensor where
  /// one is missing or of another shape, and where there is one of a decoder that this one does not have: left out, it
  /// would change what the model says.
  static Weights read(const TensorSource& source, const ModelConfig& config, at::Device device, at::ScalarType dtype);
  /// Draws initial weights from `key`: the same on every machine, whatever the device.
  static Weights draw(const ModelConfig& config, Key key, at::Device device, at::ScalarType dtype);

  /// Returns the weights with `change` done to every tensor; a tied head stays tied.
  Weights mapped(const std::function<at::Tensor(const at::Tensor&)>& change) const;
  /// Every tensor under its name in Hugging Face checkpoints; parts of merged matrices are views. Tied heads are left
  /// out.
  std::vector<std::pair<std::string, at::Tensor>> named() const;
  /// What training changes.
  std::vector<Parameter> parameters() const;
  /// Number of weights.
  std::int64_t count() const;
  /// Writes model.safetensors into `folder`.
  void save(const std::filesystem::path& folder) const;

  at::Device device() const { return embedding.device(); }
  at::ScalarType dtype() const { return embedding.scalar_type(); }
};

/// Fills `tensor` with normal numbers of mean 0 drawn from `key`: the same on every machine, whatever the device.
void fill_normal(const at::Tensor& tensor, Key key, double deviation);

}  // namespace espalier::models
