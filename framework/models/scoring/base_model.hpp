#pragma once

#include <espalier/base_model.hpp>
#include <memory>

#include "models/decode/backend.hpp"
#include "models/scoring/scoring_head.hpp"

namespace espalier::models {

/// The SDK's view of a backend's model. Keeps the backend alive; any number of them may exist.
class TransformerBaseModel final : public BaseModel {
 public:
  explicit TransformerBaseModel(std::shared_ptr<TransformerBackend> backend) : backend_(std::move(backend)) {}

  std::vector<std::int32_t> encode(std::string_view text) const override;
  std::string decode(std::span<const std::int32_t> tokens) const override;
  std::optional<std::int32_t> token(std::string_view special) const override;
  std::int32_t spare_token() const override;
  int context() const override;
  std::optional<std::int32_t> start_token() const override;
  std::int32_t end_token() const override;
  std::vector<std::int32_t> render(const Chat& chat) const override;
  std::vector<std::int32_t> render_closed(const Chat& chat) const override;
  std::vector<CheckpointHead> heads() const override;
  std::shared_ptr<ScoringHead> attach(const ScoringHeadSpec& spec) override;
  std::unique_ptr<Trainer> train(std::shared_ptr<ScoringHead> scoring_head, const OptimiserSpec& spec,
                                 const GradientSpec& gradient) override;
  void save(const std::filesystem::path& folder) const override;
  std::int64_t parameters() const override;

 private:
  const Model& model() const { return backend_->model(); }
  std::shared_ptr<TransformerBackend> backend_;
};

}  // namespace espalier::models
