#pragma once

#include <array>
#include <cmath>
#include <espalier/language_model.hpp>
#include <espalier/trunk.hpp>
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
class ByteReader final : public Reader {
 public:
  static constexpr std::size_t kWidth = 4;

  explicit ByteReader(const ReaderSpec& spec)
      : logprob(spec.token_logprob),
        states(static_cast<std::size_t>(spec.state_outputs)),
        embeddings(static_cast<std::size_t>(spec.embedding_outputs)),
        weights((states + embeddings) * (kWidth + 1), 0.0) {}

  int outputs() const override { return static_cast<int>((logprob ? 1 : 0) + states + embeddings); }
  std::vector<float> read(std::span<const Reading> readings) override {
    seen.insert(seen.end(), readings.begin(), readings.end());
    return rows(readings);
  }
  void save(const std::filesystem::path& folder) const override { write(folder / "weights"); }
  void load(const std::filesystem::path& folder) override { take(folder / "weights"); }
  std::uint64_t version() const override { return changes; }
  std::int64_t parameters() const override { return std::ssize(weights); }

  std::vector<float> rows(std::span<const Reading> readings) const {
    std::vector<float> found;
    visit(readings, [&](std::int32_t token, std::int32_t before, const Features& state, const Features& own) {
      if (logprob) found.push_back(-static_cast<float>((7 * token + before) % 5) / 4);
      for (std::size_t head = 0; head < states + embeddings; ++head)
        found.push_back(static_cast<float>(product(head, head < states ? state : own)));
    });
    return found;
  }

  /// Adds the gradient by the weights of what `by_row` says of every output.
  void back(std::span<const Reading> readings, std::span<const float> by_row, std::vector<double>& gradient) const {
    std::size_t at = 0;
    visit(readings, [&](std::int32_t, std::int32_t, const Features& state, const Features& own) {
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
  std::vector<double> weights;  ///< of every head: kWidth weights and an offset
  std::uint64_t changes = 0;    ///< of the weights
  std::vector<Reading> seen;    ///< all that was read

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
  static void visit(std::span<const Reading> readings, Each each) {
    for (const auto& reading : readings) {
      Features state{};
      auto wanted = reading.at.begin();
      std::int32_t before = 0;
      for (std::size_t at = 0; at < reading.tokens.size(); ++at) {
        const auto own = features_of(reading.tokens[at]);
        for (std::size_t i = 0; i < kWidth; ++i) state[i] = state[i] / 2 + own[i];
        state[kWidth] = 1;
        if (wanted != reading.at.end() && *wanted == static_cast<std::int32_t>(at)) {
          each(reading.tokens[at], before, state, own);
          ++wanted;
        }
        before = reading.tokens[at];
      }
    }
  }
};

/// Plain gradient descent on the heads of a ByteReader.
class ByteTrainer final : public Trainer {
 public:
  ByteTrainer(std::shared_ptr<ByteReader> with, double rate)
      : reader(std::move(with)), gradient(reader->weights.size(), 0.0), rate_(rate) {}

  double accumulate(std::span<const Reading> readings, const Loss& loss) override {
    for (const auto& reading : readings) tokens += std::ssize(reading.tokens);
    const auto rows = reader->rows(readings);
    std::vector<float> by_row(rows.size());
    const double found = loss(rows, by_row);
    reader->back(readings, by_row, gradient);
    return found;
  }
  double accumulate_language(std::span<const Reading>) override {
    throw std::logic_error("it reads, and says nothing");
  }
  double evaluate_language(std::span<const Reading>) override { throw std::logic_error("it reads, and says nothing"); }
  double step(double scale) override {
    double square = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      square += gradient[i] * gradient[i];
      reader->weights[i] -= scale * rate_ * gradient[i];
      gradient[i] = 0;
    }
    ++reader->changes;
    return std::sqrt(square);
  }
  void save(const std::filesystem::path& file) const override { reader->write(file); }
  void restore(const std::filesystem::path& file) override { reader->take(file); }

  std::shared_ptr<ByteReader> reader;
  std::vector<double> gradient;
  std::int64_t tokens = 0;  ///< of all readings that were learned from

 private:
  double rate_;
};

/// A trunk whose readers and trainers are the two above. It keeps the last ones it made, for tests to look into.
class ByteTrunk final : public Trunk {
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
  std::int32_t end_token() const override { return kStep + 1; }
  std::vector<std::int32_t> render(const Chat&) const override { throw std::logic_error("it is in no chat"); }
  std::shared_ptr<Reader> attach(const ReaderSpec& spec) override {
    return reader = std::make_shared<ByteReader>(spec);
  }
  std::unique_ptr<Trainer> train(std::shared_ptr<Reader> of, const OptimiserSpec& spec, const GradientSpec&) override {
    auto made = std::make_unique<ByteTrainer>(std::dynamic_pointer_cast<ByteReader>(of), spec.learning_rate);
    trainer = made.get();
    return made;
  }
  void save(const std::filesystem::path&) const override {}
  std::int64_t parameters() const override { return 0; }

  std::shared_ptr<ByteReader> reader;
  ByteTrainer* trainer = nullptr;
};

/// The language model behind a trunk; it never speaks.
class Mute final : public LanguageModel {
 public:
  explicit Mute(std::shared_ptr<Trunk> trunk) : trunk_(std::move(trunk)) {}
  std::vector<Completion> generate(const Request&) override { throw std::logic_error("it is mute"); }
  int tokens(std::string_view text) const override { return static_cast<int>(text.size()); }
  std::shared_ptr<Trunk> trunk() override { return trunk_; }

 private:
  std::shared_ptr<Trunk> trunk_;
};

}  // namespace espalier::testing
