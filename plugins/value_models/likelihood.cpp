#include <cmath>
#include <espalier/plugin.hpp>
#include <espalier/value_model.hpp>
#include <stdexcept>
#include <string>

namespace {

// How probable the policy found what it said. With log-probabilities l_1 .. l_n of the newest message, or of all
// messages:
//
//   mean:  L = (l_1 + ... + l_n) / n     V = 2 exp(L / scale) - 1
//   sum:   L = l_1 + ... + l_n           V = (scale + L) / (scale - L)
//
// Both are monotone maps of L <= 0 into (-1, 1]. The second falls as 1/L, so that long messages keep their order where
// an exponential would underflow to equal values. States without any generated token are worth 0; one with tokens whose
// log-probabilities nobody told is an error. With `raw`, V = L: outside [-1,
// 1], for comparisons with published settings that search on plain log-probabilities.
class Likelihood final : public espalier::ValueModel {
 public:
  enum class Per { mean, sum };
  enum class Scope { message, path };

  struct Params : espalier::Params {
    using espalier::Params::Params;
    Per per = field("per", Per::mean, "Average over tokens, or total.", {{"mean", Per::mean}, {"sum", Per::sum}});
    Scope scope = field("scope", Scope::path, "The newest message, or all of them.",
                        {{"message", Scope::message}, {"path", Scope::path}});
    double scale =
        field("scale", per == Per::mean ? 1.0 : 20.0,
              "Nats that count as one unit: of a mean per token, or of a total.", espalier::between(1e-3, 1e6));
    bool raw = field("raw", false, "Give the log-probability itself, which lies outside [-1, 1].");
  };

  static Facts facts(const Params& params) { return {.raw = params.raw, .logprobs = true}; }

  explicit Likelihood(Params params) : params_(std::move(params)) {}

  std::vector<espalier::Value> score(std::span<const espalier::State> states) override {
    std::vector<espalier::Value> values;
    for (const auto& state : states) values.push_back({.mean = value(state.transcript)});
    return values;
  }

 private:
  double value(const espalier::Transcript& transcript) const {
    double sum = 0;
    std::size_t tokens = 0;
    const auto add = [&](const espalier::Message& message) {
      if (message.logprobs.empty() && message.generated() > 0) {
        throw std::runtime_error(
            "a message of " + std::to_string(message.generated()) +
            " tokens has no log-probabilities, of which its likelihood is made; a server gives them with logprobs = "
            "true, records have them with keep_tokens = true");
      }
      for (const float logprob : message.logprobs) sum += static_cast<double>(logprob);
      tokens += message.logprobs.size();
    };
    if (params_.scope == Scope::path) {
      for (const auto* message : transcript.messages()) add(*message);
    } else if (!transcript.empty()) {
      add(transcript.last());
    }
    if (tokens == 0) return 0;
    if (params_.per == Per::mean) {
      const double mean = sum / static_cast<double>(tokens);
      return params_.raw ? mean : 2 * std::exp(mean / params_.scale) - 1;
    }
    return params_.raw ? sum : (params_.scale + sum) / (params_.scale - sum);
  }

  Params params_;
};

}  // namespace

ESPALIER_PLUGIN(Likelihood, "How probable the policy found its own words: mean or total log-probability.")
