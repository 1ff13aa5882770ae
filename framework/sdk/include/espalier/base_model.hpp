#pragma once

#include <cstdint>
#include <espalier/export.hpp>
#include <espalier/language_model.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// Low-rank updates of a base model's matrices: W + alpha / rank * B A (Hu et al. 2021, "LoRA"). A is drawn from the
/// scoring head's key, B is 0, so that the base model reads as before until something is learned.
struct LoraSpec {
  int rank = 16;
  double alpha = 16.0;
  std::vector<std::string> projections;  ///< of q, k, v, o, gate, up, down, or as fused: qkv, gate_up; empty: all
};

/// What a scoring head gives at each wanted position, and which weights it has for itself. A row of its outputs is, in
/// this order and each part only where it is asked for:
///   token_logprob      log p(token at this position | tokens before it); 0 at position 0
///   choice_tokens      log p(token | tokens up to this position) of each of them
///   state_outputs      a linear head on the hidden state of this position, after the final norm
///   embedding_outputs  a linear head on the embedding of the token at this position, scaled to root mean square 1
struct ScoringHeadSpec {
  /// Which of the weights that the outputs depend on are the scoring head's own, so that training it changes them and
  /// nobody else sees it. Heads and own tokens are its own in any case.
  enum class Adaptation {
    none,  ///< the base model is read as it is
    lora,  ///< with low-rank updates
    full   ///< through a copy of all weights
  };
  bool token_logprob = false;
  std::vector<std::int32_t> choice_tokens;
  int state_outputs = 0;
  /// The name of one of `BaseModel::heads()`, a copy of which is the head on states; `state_outputs` stays 0. Empty:
  /// the head on states is a fresh linear one.
  std::string checkpoint_head;
  int embedding_outputs = 0;
  Adaptation adaptation = Adaptation::none;
  LoraSpec lora;
  /// Tokens whose embedding rows are the scoring head's own: one new token costs one row, not a table. May name
  /// `BaseModel::spare_token()`.
  std::vector<std::int32_t> own_tokens;
  Key key;  ///< low-rank updates are drawn from it; heads begin at 0
};

/// A head on states that a checkpoint brought along beside the base model, as published reward models do: linear layers
/// with ReLU between them.
struct CheckpointHead {
  std::string name;  ///< "score" of the tensors score.weight, or score.0.weight and score.2.weight
  int layers = 1;
  int outputs = 1;
  bool bias = false;  ///< of its last layer
};

/// A head on a base model's weights, shared by whoever holds it.
class ESPALIER_API ScoringHead {
 public:
  virtual ~ScoringHead();
  /// Numbers per wanted position.
  virtual int outputs() const = 0;
  /// Returns for every input, for every wanted position, `outputs()` numbers: row-major. A prefix that was read before
  /// is not read again while the base model remembers it; the numbers are the same either way. Parks the calling fiber.
  virtual std::vector<float> read(std::span<const ModelInput> inputs) = 0;
  /// Writes what is the scoring head's own into `folder`: heads as `head.safetensors`; low-rank updates and own tokens
  /// as `adapter_config.json` and `adapter_model.safetensors` in the layout of PEFT; a full copy as
  /// `model.safetensors`.
  virtual void save(const std::filesystem::path& folder) const = 0;
  /// Reads what `save` wrote. Throws std::runtime_error naming file and tensor where it does not fit the specification.
  virtual void load(const std::filesystem::path& folder) = 0;
  /// The version of the weights that its outputs depend on, the base model's among them: another number after every
  /// change of theirs. What was made of outputs of an older version no longer holds.
  virtual std::uint64_t version() const = 0;
  /// Number of weights that are the scoring head's own.
  virtual std::int64_t parameters() const = 0;
};

struct OptimiserSpec {
  enum class Method { adamw, muon };  ///< muon: orthogonalised momentum on matrices, AdamW on everything else
  Method method = Method::adamw;
  double learning_rate = 1e-3;         ///< of AdamW
  double head_learning_rate = 0.0;     ///< of a scoring head's heads; 0: the one of AdamW
  double matrix_learning_rate = 0.02;  ///< of Muon
  double momentum = 0.95;              ///< of Muon
  double beta1 = 0.9;
  double beta2 = 0.95;
  double weight_decay = 0.0;  ///< decoupled; matrices only
  double clip = 1.0;          ///< global gradient norm; 0: off
};

/// How gradients are computed.
struct GradientSpec {
  bool recompute = false;  ///< keep only the input of every block and compute the rest again on the way back
  bool mixed = false;      ///< bfloat16 arithmetic on float32 weights; GPUs only
};

/// Learns the weights of a base model, or those that are a scoring head's own. One thread; does not park.
class ESPALIER_API Trainer {
 public:
  virtual ~Trainer();

  /// A loss on a scoring head's outputs: fills `gradient` (same length) and returns the loss.
  using Loss = std::function<double(std::span<const float> outputs, std::span<float> gradient)>;

  /// Adds the gradient of `loss` over the outputs of all inputs, in order; returns the loss. All activations of the
  /// call are held at once.
  virtual double accumulate(std::span<const ModelInput> inputs, const Loss& loss) = 0;
  /// Adds the gradient of the mean cross-entropy of the tokens at positions `at`, each given those before it; returns
  /// the mean in nats.
  virtual double accumulate_language(std::span<const ModelInput> inputs) = 0;
  /// Mean cross-entropy as above without gradients.
  virtual double evaluate_language(std::span<const ModelInput> inputs) = 0;
  /// Applies the accumulated gradient with all learning rates multiplied by `scale`, and clears it; returns its norm
  /// before clipping.
  virtual double step(double scale) = 0;
  /// Writes weights, optimiser state and step count, so that `restore` goes on to bit-equal weights (CPU).
  virtual void save(const std::filesystem::path& file) const = 0;
  virtual void restore(const std::filesystem::path& file) = 0;
};

/// One loaded transformer, shared by plugins of other libraries, none of which sees torch.
class ESPALIER_API BaseModel {
 public:
  virtual ~BaseModel();

  virtual std::vector<std::int32_t> encode(std::string_view text) const = 0;
  virtual std::string decode(std::span<const std::int32_t> tokens) const = 0;
  /// The id of a special token such as "</step>", if the vocabulary has it.
  virtual std::optional<std::int32_t> token(std::string_view special) const = 0;
  /// The first id that no text encodes to: a scoring head that has it as its own token may give it a meaning.
  virtual std::int32_t spare_token() const = 0;
  /// Most tokens of one input.
  virtual int context() const = 0;
  /// The id that begins a text, if the tokenizer has one.
  virtual std::optional<std::int32_t> start_token() const = 0;
  /// The id that ends an assistant's message.
  virtual std::int32_t end_token() const = 0;
  /// The chat as the model sees it, up to where the assistant speaks.
  virtual std::vector<std::int32_t> render(const Chat& chat) const = 0;
  /// The chat as the model sees it when it is over: nothing is opened after its last message.
  virtual std::vector<std::int32_t> render_closed(const Chat& chat) const = 0;
  /// The heads that the checkpoint brought along, by name.
  virtual std::vector<CheckpointHead> heads() const = 0;
  /// Throws std::invalid_argument where the specification cannot be met: no outputs, an unknown projection or head, a
  /// rank below 1, an own or choice token out of range.
  virtual std::shared_ptr<ScoringHead> attach(const ScoringHeadSpec& spec) = 0;
  /// Trains what is the scoring head's own, or, without a scoring head, the base model's weights.
  virtual std::unique_ptr<Trainer> train(std::shared_ptr<ScoringHead> scoring_head, const OptimiserSpec& spec,
                                         const GradientSpec& gradient = {}) = 0;
  /// Writes a checkpoint folder: config.json, tokenizer.json, tokenizer_config.json, generation_config.json,
  /// model.safetensors.
  virtual void save(const std::filesystem::path& folder) const = 0;
  /// Number of weights.
  virtual std::int64_t parameters() const = 0;
};

}  // namespace espalier
