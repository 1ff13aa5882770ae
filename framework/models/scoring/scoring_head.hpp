#pragma once

#include <espalier/base_model.hpp>
#include <memory>
#include <vector>

#include "models/checkpoint/adapter.hpp"
#include "models/checkpoint/head.hpp"
#include "models/decode/backend.hpp"

namespace espalier::models {

/// Heads on a backend's weights, with what the scoring head has put between: nothing, an adapter, or a copy of all
/// weights. Keeps the backend alive.
class TransformerScoringHead final : public ScoringHead {
 public:
  /// Throws std::invalid_argument where the specification cannot be met.
  TransformerScoringHead(std::shared_ptr<TransformerBackend> backend, ScoringHeadSpec spec);

  int outputs() const override { return head_.outputs(); }
  std::vector<float> read(std::span<const ModelInput> inputs) override;
  void save(const std::filesystem::path& folder) const override;
  void load(const std::filesystem::path& folder) override;
  std::uint64_t version() const override { return changes_ + (copy_ ? 0 : backend_->model().version()); }
  std::int64_t parameters() const override;

  const TransformerBackend* backend() const { return backend_.get(); }
  const Head& head() const { return head_; }
  /// What it reads through; null where that is nothing.
  const Adapter* adapter() const { return adapter_.get(); }
  /// The weights it reads: the backend's or its own copy.
  const Weights& weights() const { return copy_ ? *copy_ : backend_->model().weights(); }
  bool has_copy() const { return copy_ != nullptr; }
  /// What reads it. Scoring heads without weights of their own beside heads share the policy's, and its cache.
  Decoder& decoder() const { return decoder_ ? *decoder_ : backend_->model().decoder(); }
  /// All that is its own and may be trained.
  std::vector<Parameter> own() const;
  /// To be called after what is its own has changed.
  void changed();

 private:
  std::shared_ptr<TransformerBackend> backend_;
  ScoringHeadSpec spec_;
  Head head_;
  std::shared_ptr<const Weights> copy_;
  std::shared_ptr<const Adapter> adapter_;
  std::shared_ptr<Decoder> decoder_;
  std::uint64_t changes_ = 0;  // of what is its own
};

}  // namespace espalier::models
