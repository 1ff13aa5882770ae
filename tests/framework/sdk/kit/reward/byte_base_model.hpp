#pragma once

#include <array>
#include <cmath>
#include <espalier/base_model.hpp>
#include <espalier/language_model.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace espalier::testing {

/// Heads on a "transformer" that reads bytes and fades: h_t = h_{t-1} / 2 + f(token), with fixed features f and a fixed
/// log-probability. Only the heads have weights, few enough for numeric derivatives.
class ByteReader final : public ScoringHead {
 public:
  static constexpr std::size_t kWidth = 4;

  explicit ByteReader(const ScoringHeadSpec& spec)
      : logprob(spec.token_logprob),
        states(static_cast<std::size_t>(spec.state_outputs)),
        embeddings(static_cast<std::size_t>(spec.embedding_outputs)),
        weights((states + embeddings) * (kWidth + 1), 0.0) {}

  int outputs() const override { return static_cast<int>((logprob ? 1 : 0) + states + embeddings); }
  std::vector<float> read(std::span<const ModelInput> inputs) override {
    seen.insert(seen.end(), inputs.begin(), inputs.end());
    return rows(inputs);
  }
  void save(const std::filesystem::path& folder) const override { write(folder / "weights"); }
  void load(const std::filesystem::path& folder) override { take(folder / "weights"); }
  std::uint64_t version() const override { return changes; }
  std::int64_t parameters() const override { return std::ssize(weights); }

  std::vector<float> rows(std::span<const ModelInput> inputs) const {
    std::vector<float> found;
    visit(inputs, [&](std::int32_t token, std::int32_t before, const Features& state, const Features& own) {
      if (logprob) found.push_back(-static_cast<float>((7 * token + before) % 5) / 4);
      for (std::size_t head = 0; head < states + embeddings; ++head)
        found.push_back(static_cast<float>(product(head, head < states ? state : own)));
    });
    return found;
  }

  /// Adds the gradient by the weights of what `by_row` says of every output.
  void back(std::span<const ModelInput> inputs, std::span<const float> by_row, std::vector<double>& gradient) const {
    std::size_t at = 0;
    visit(inputs, [&](std::int32_t, std::int32_t, const Features& state, const Features& own) {
      at += logprob ? 1 : 0;
      for (std::size_t head = 0; head < states + embeddings; ++head, ++at) {
        const Features& features = head < states ? state : own;
        for (std::size_t i = 0; i <= kWidth; ++i)
          gradient[head * (kWidth + 1) + i] += static_cast<double>(by_row[at]) * features[i];
      }
    });
  }

  void write(const std::filesystem::path& file) const {
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(weights.data()), static_cast<std::streamsize>(8 * weights.size()));
  }
  void take(const std::filesystem::path& file) {
    std::ifstream(file, std::ios::binary)
        .read(reinterpret_cast<char*>(weights.data()), static_cast<std::streamsize>(8 * weights.size()));
    ++changes;
  }

  const bool logprob;
  const std::size_t states;
  const std::size_t embeddings;
  std::vector<double> weights;   ///< of every head: kWidth weights and an offset
  std::uint64_t changes = 0;     ///< of the weights
  std::vector<ModelInput> seen;  ///< all that was read

 private:
  using Features = std::array<double, kWidth + 1>;  ///< the last one is 1, for the offset

  static Features features_of(std::int32_t token) {
    Features features{};
    for (std::size_t i = 0; i < kWidth; ++i) features[i] = std::sin((token + 1.0) * (static_cast<double>(i) + 1.3));
    features[kWidth] = 1;
    return features;
  }

  double product(std::size_t head, const Features& features) const {
    double sum = 0;
    for (std::size_t i = 0; i <= kWidth; ++i) sum += weights[head * (kWidth + 1) + i] * features[i];
    return sum;
  }

  template <class Each>
  static void visit(std::span<const ModelInput> inputs, Each each) {
    for (const auto& input : inputs) {
      Features state{};
      auto wanted = input.at.begin();
      std::int32_t before = 0;
      for (std::size_t at = 0; at < input.tokens.size(); ++at) {
        const auto own = features_of(input.tokens[at]);
        for (std::size_t i = 0; i < kWidth; ++i) state[i] = state[i] / 2 + own[i];
        state[kWidth] = 1;
        if (wanted != input.at.end() && *wanted == static_cast<std::int32_t>(at)) {
          each(input.tokens[at], before, state, own);
          ++wanted;
        }
        before = input.tokens[at];
      }
    }
  }
};

/// Plain gradient descent on the heads of a ByteReader.
class ByteTrainer final : public Trainer {
 public:
  ByteTrainer(std::shared_ptr<ByteReader> with, double rate)
      : scoring_head(std::move(with)), gradient(scoring_head->weights.size(), 0.0), rate_(rate) {}

  double accumulate(std::span<const ModelInput> inputs, const Loss& loss) override {
    for (const auto& input : inputs) tokens += std::ssize(input.tokens);
    const auto rows = scoring_head->rows(inputs);
    std::vector<float> by_row(rows.size());
    const double found = loss(rows, by_row);
    scoring_head->back(inputs, by_row, gradient);
    return found;
  }
  double accumulate_language(std::span<const ModelInput>) override {
    throw std::logic_error("it reads, and says nothing");
  }
  double evaluate_language(std::span<const ModelInput>) override {
    throw std::logic_error("it reads, and says nothing");
  }
  double step(double scale) override {
    double square = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      square += gradient[i] * gradient[i];
      scoring_head->weights[i] -= scale * rate_ * gradient[i];
      gradient[i] = 0;
    }
    ++scoring_head->changes;
    return std::sqrt(square);
  }
  void save(const std::filesystem::path& file) const override { scoring_head->write(file); }
  void restore(const std::filesystem::path& file) override { scoring_head->take(file); }

  std::shared_ptr<ByteReader> scoring_head;
  std::vector<double> gradient;
  std::int64_t tokens = 0;  ///< of all inputs that were learned from

 private:
  double rate_;
};

/// A base model whose scoring heads and trainers are the two above. It keeps the last ones it made, for tests to look
/// into.
class ByteBaseModel final : public BaseModel {
 public:
  static constexpr std::int32_t kStep = 256;

  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> tokens;
    for (const char byte : text) tokens.push_back(static_cast<unsigned char>(byte));
    return tokens;
  }
  std::string decode(std::span<const std::int32_t> tokens) const override { return {tokens.begin(), tokens.end()}; }
  std::optional<std::int32_t> token(std::string_view special) const override {
    return special == "</step>" ? std::optional(kStep) : std::nullopt;
  }
  std::int32_t spare_token() const override { return kStep + 2; }
  int context() const override { return 4096; }
  std::optional<std::int32_t> start_token() const override { return std::nullopt; }
  std::int32_t end_token() const override { return kStep + 1; }
  std::vector<std::int32_t> render(const Chat& chat) const override {
    std::string text;
    for (const auto& message : chat.messages) text += message.text + "\n";
    return encode(text);
  }
  std::vector<std::int32_t> render_closed(const Chat& chat) const override { return render(chat); }
  std::vector<CheckpointHead> heads() const override { return {}; }
  std::shared_ptr<ScoringHead> attach(const ScoringHeadSpec& spec) override {
    return scoring_head = std::make_shared<ByteReader>(spec);
  }
  std::unique_ptr<Trainer> train(std::shared_ptr<ScoringHead> of, const OptimiserSpec& spec,
                                 const GradientSpec&) override {
    auto made = std::make_unique<ByteTrainer>(std::dynamic_pointer_cast<ByteReader>(of), spec.learning_rate);
    trainer = made.get();
    return made;
  }
  void save(const std::filesystem::path&) const override {}
  std::int64_t parameters() const override { return 0; }

  std::shared_ptr<ByteReader> scoring_head;
  ByteTrainer* trainer = nullptr;
};

/// The language model behind a base model; it never speaks.
class Mute final : public LanguageModel {
 public:
  explicit Mute(std::shared_ptr<BaseModel> base_model) : base_model_(std::move(base_model)) {}
  std::vector<Completion> generate(const Request&) override { throw std::logic_error("it is mute"); }
  int tokens(std::string_view text) const override { return static_cast<int>(text.size()); }
  std::shared_ptr<BaseModel> base_model() override { return base_model_; }

 private:
  std::shared_ptr<BaseModel> base_model_;
};

}  // namespace espalier::testing
