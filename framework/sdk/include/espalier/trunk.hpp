#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <espalier/export.hpp>
#include <espalier/language_model.hpp>

namespace espalier {

/// What a reader gives at each wanted position.
struct ReaderSpec {
  enum class Output {
    token_logprob,  ///< one number: log p(token at this position | tokens before it); 0 at position 0
    linear          ///< `outputs` numbers: a linear head on the last hidden state (weights drawn from `key`, bias 0)
  };
  Output output = Output::token_logprob;
  int outputs = 1;
  Key key;
};

/// A head on a trunk's weights, shared by whoever holds it.
class ESPALIER_API Reader {
 public:
  virtual ~Reader();
  /// Numbers per wanted position.
  virtual int outputs() const = 0;
  /// Returns for every reading, for every wanted position, `outputs()` numbers: row-major. Parks the calling fiber.
  virtual std::vector<float> read(std::span<const Reading> readings) = 0;
  /// Writes the head as `head.safetensors` into `folder`.
  virtual void save(const std::filesystem::path& folder) const = 0;
};

struct OptimiserSpec {
  enum class Method { adamw, muon };  ///< muon: orthogonalised momentum on matrices, AdamW on everything else
  Method method = Method::adamw;
  double learning_rate = 1e-3;        ///< of AdamW
  double matrix_learning_rate = 0.02; ///< of Muon
  double momentum = 0.95;             ///< of Muon
  double beta1 = 0.9;
  double beta2 = 0.95;
  double weight_decay = 0.0;          ///< decoupled; matrices only
  double clip = 1.0;                  ///< global gradient norm; 0: off
};

/// Learns the weights of a trunk (and of a reader on it). One thread; does not park.
class ESPALIER_API Trainer {
 public:
  virtual ~Trainer();

  /// A loss on a reader's outputs: fills `gradient` (same length) and returns the loss.
  using Loss = std::function<double(std::span<const float> outputs, std::span<float> gradient)>;

  /// Adds the gradient of `loss` over the outputs of all readings, in order; returns the loss.
  virtual double accumulate(std::span<const Reading> readings, const Loss& loss) = 0;
  /// Adds the gradient of the mean cross-entropy of the tokens at positions `at`, each given those before it; returns the
  /// mean in nats.
  virtual double accumulate_language(std::span<const Reading> readings) = 0;
  /// Mean cross-entropy as above without gradients.
  virtual double evaluate_language(std::span<const Reading> readings) = 0;
  /// Applies the accumulated gradient with all learning rates multiplied by `scale`, and clears it; returns its norm before
  /// clipping.
  virtual double step(double scale) = 0;
  /// Writes weights, optimiser state and step count, so that `restore` goes on to bit-equal weights (CPU).
  virtual void save(const std::filesystem::path& file) const = 0;
  virtual void restore(const std::filesystem::path& file) = 0;
};

/// One loaded transformer, shared by plugins of other libraries, none of which sees torch.
class ESPALIER_API Trunk {
 public:
  virtual ~Trunk();

  virtual std::vector<std::int32_t> encode(std::string_view text) const = 0;
  virtual std::string decode(std::span<const std::int32_t> tokens) const = 0;
  /// The id of a special token such as "</step>", if the vocabulary has it.
  virtual std::optional<std::int32_t> token(std::string_view special) const = 0;
  /// The id that ends an assistant's message.
  virtual std::int32_t end_token() const = 0;
  /// The chat as the model sees it, up to where the assistant speaks.
  virtual std::vector<std::int32_t> render(const Chat& chat) const = 0;
  virtual std::shared_ptr<Reader> attach(const ReaderSpec& spec) = 0;
  /// Trains the trunk's weights, and those of `reader` when it is not null.
  virtual std::unique_ptr<Trainer> train(std::shared_ptr<Reader> reader, const OptimiserSpec& spec) = 0;
  /// Writes a checkpoint folder: config.json, tokenizer.json, tokenizer_config.json, generation_config.json,
  /// model.safetensors.
  virtual void save(const std::filesystem::path& folder) const = 0;
  /// Number of weights.
  virtual std::int64_t parameters() const = 0;
};

}  // namespace espalier
