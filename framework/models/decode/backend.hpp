#pragma once

#include <deque>
#include <espalier/language_model.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "models/decode/generator.hpp"
#include "models/decode/model.hpp"
#include "models/device/device.hpp"

namespace espalier::models {

class TransformerScoringHead;

/// What a transformer backend is made from: a checkpoint, or an architecture whose weights come later.
struct BackendSpec {
  std::filesystem::path checkpoint;  ///< empty: fresh
  std::optional<Key> drawn;          ///< what the checkpoint's weights are drawn from instead of being read
  ModelConfig architecture;          ///< for fresh models; its vocabulary follows from the texts
  VocabularySpec vocabulary;         ///< for fresh models
  ChatOptions chat;                  ///< what a checkpoint's chat template is told
  std::string device = "auto", dtype = "auto";
  int threads = 0;  ///< as for use_threads
  BatchLimits limits;
  CacheLimits cache;  ///< of each decoder
};

/// What is known of a backend before its weights are read: from config.json, or from the architecture with the largest
/// vocabulary it may get. All zero where the checkpoint is not there yet. Throws BadInput where it is none.
Backend::Facts transformer_facts(const BackendSpec& spec);

/// The SDK's Backend over one decoder. Must be owned by a shared_ptr if its base model is to outlive other references
/// to it.
class TransformerBackend : public Backend, public Untrained, public std::enable_shared_from_this<TransformerBackend> {
 public:
  /// Loads the checkpoint, if there is one. Throws CheckpointError naming file and key, or std::runtime_error for the
  /// device.
  explicit TransformerBackend(BackendSpec spec);
  ~TransformerBackend() override;

  bool admit(Ticket ticket, const Work& work) override;
  void step(std::vector<Finished>& finished) override;
  void drop(Ticket ticket) override;
  int tokens(std::string_view text) const override;
  std::shared_ptr<BaseModel> base_model() override;
  double flops(int read, int generated) const override;
  bool untrained() const override { return model_ == nullptr; }
  void initialise(std::span<const std::string> texts, Key key) override;

  /// Makes weights whose type was left open float32, so that they can be trained.
  void prepare_training();
  /// To be called before every pass on these weights; see use_threads.
  void take_threads() const { use_threads(spec_.threads); }

  /// The loaded model. Throws std::logic_error while there are no weights.
  Model& model() const;

 private:
  struct PendingRead {
    Ticket ticket;
    ScoringWork work;
  };
  void install(std::unique_ptr<Model> model);
  void read(std::vector<Finished>& finished);
  void read(const TransformerScoringHead& scoring_head, std::span<const PendingRead> batch,
            std::vector<Finished>& finished);

  BackendSpec spec_;
  Placement placement_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<Generator> generator_;
  std::deque<PendingRead> reads_;
};

}  // namespace espalier::models
