#pragma once

#include <array>
#include <cmath>
#include <espalier/base_model.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace espalier::tests {

/// A "transformer" that knows how often each byte comes: one logit per byte and one for the end token. Small enough to
/// see whether a training does what it should.
class StubBaseModel final : public BaseModel {
 public:
  static constexpr std::size_t kVocabulary = 257;

  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> tokens;
    for (const char byte : text) tokens.push_back(static_cast<unsigned char>(byte));
    return tokens;
  }
  std::string decode(std::span<const std::int32_t> tokens) const override { return {tokens.begin(), tokens.end()}; }
  std::optional<std::int32_t> token(std::string_view) const override { return separator; }
  std::int32_t spare_token() const override { return 257; }
  int context() const override { return 1024; }
  std::optional<std::int32_t> start_token() const override { return std::nullopt; }
  std::int32_t end_token() const override { return 256; }
  std::vector<std::int32_t> render(const Chat& chat) const override {
    std::string text;
    for (const auto& message : chat.messages) text += message.text + "\n";
    return encode(text);
  }
  std::vector<std::int32_t> render_closed(const Chat& chat) const override { return render(chat); }
  std::vector<CheckpointHead> heads() const override { return {}; }
  std::shared_ptr<ScoringHead> attach(const ScoringHeadSpec&) override {
    throw std::logic_error("the stub has no scoring heads");
  }
  std::unique_ptr<Trainer> train(std::shared_ptr<ScoringHead>, const OptimiserSpec& spec,
                                 const GradientSpec&) override {
    return std::make_unique<Descent>(*this, spec.learning_rate);
  }
  void save(const std::filesystem::path& folder) const override { write(folder / "weights"); }
  std::int64_t parameters() const override { return kVocabulary; }

  std::array<double, kVocabulary> logits{};
  std::optional<std::int32_t> separator;

 private:
  void write(const std::filesystem::path& file) const {
    std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(logits.data()), sizeof logits);
  }

  class Descent final : public Trainer {
   public:
    Descent(StubBaseModel& base_model, double rate) : base_model_(base_model), rate_(rate) {}

    double accumulate(std::span<const ModelInput>, const Loss&) override {
      throw std::logic_error("the stub has no scoring heads");
    }
    double accumulate_language(std::span<const ModelInput> inputs) override { return visit(inputs, true); }
    double evaluate_language(std::span<const ModelInput> inputs) override { return visit(inputs, false); }
    double step(double scale) override {
      double square = 0.0;
      for (std::size_t i = 0; i < kVocabulary; ++i) {
        square += gradient_[i] * gradient_[i];
        base_model_.logits[i] -= scale * rate_ * gradient_[i];
      }
      gradient_.fill(0.0);
      return std::sqrt(square);
    }
    void save(const std::filesystem::path& file) const override { base_model_.write(file); }
    void restore(const std::filesystem::path& file) override {
      std::ifstream(file, std::ios::binary)
          .read(reinterpret_cast<char*>(base_model_.logits.data()), sizeof base_model_.logits);
    }

   private:
    double visit(std::span<const ModelInput> inputs, bool learn) {
      double total = 0.0;
      for (const double logit : base_model_.logits) total += std::exp(logit);
      double loss = 0.0;
      double targets = 0.0;
      for (const auto& input : inputs) targets += static_cast<double>(input.at.size());
      for (const auto& input : inputs) {
        for (const std::int32_t at : input.at) {
          const auto target = static_cast<std::size_t>(input.tokens[static_cast<std::size_t>(at)]);
          loss += (std::log(total) - base_model_.logits[target]) / targets;
          if (!learn) continue;
          for (std::size_t i = 0; i < kVocabulary; ++i) {
            gradient_[i] += (std::exp(base_model_.logits[i]) / total - (i == target ? 1.0 : 0.0)) / targets;
          }
        }
      }
      return loss;
    }

    StubBaseModel& base_model_;
    double rate_;
    std::array<double, kVocabulary> gradient_{};
  };
};

}  // namespace espalier::tests
