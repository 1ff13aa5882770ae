// What a transformer backend does per second: tokens drawn, tokens read, tokens learned from.
//
//   bench_transformer [--checkpoint=FOLDER] [--device=auto|cpu|cuda] [--dtype=auto|float32|bfloat16] [Google
//   Benchmark's]
//
// Without model.safetensors in FOLDER its weights are random.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <espalier/runtime.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/decode/backend.hpp"
#include "models/scoring/base_model.hpp"

using namespace espalier;
using namespace espalier::models;

namespace {

std::map<std::string, std::string> options = {
    {"checkpoint", ESPALIER_SOURCE_DIR "/experiments/models/word-problems"}, {"device", "auto"}, {"dtype", "auto"}};

constexpr int kDrawn = 100;  // tokens of each candidate

/// One backend for all benchmarks: weights take long to come.
const std::shared_ptr<TransformerBackend>& backend() {
  static const auto made = [] {
    BackendSpec spec;
    spec.checkpoint = options["checkpoint"];
    if (!std::filesystem::exists(spec.checkpoint / "model.safetensors")) spec.drawn = Key{1, 2};
    spec.device = options["device"];
    spec.dtype = options["dtype"];
    spec.limits = {.candidates = 512, .prompt_tokens = 8192};
    return std::make_shared<TransformerBackend>(spec);
  }();
  return made;
}

/// Texts of `tokens` tokens that differ from their first token on.
std::vector<ModelInput> inputs(std::int64_t count, std::int64_t tokens, std::uint64_t seed, std::int32_t from) {
  const auto vocabulary = backend()->model().tokenizer().size();
  std::vector<ModelInput> list(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    Random random(Key{seed, static_cast<std::uint64_t>(i)});
    ModelInput& input = list[static_cast<std::size_t>(i)];
    for (std::int64_t k = 0; k < tokens; ++k)
      input.tokens.push_back(static_cast<std::int32_t>(random.between(0, vocabulary - 1)));
    for (auto at = from; at < tokens; ++at) input.at.push_back(at);
  }
  return list;
}

/// Candidates side by side, four of each prompt; `filtered`: with top-k and top-p.
void draw(benchmark::State& state) {
  const auto candidates = state.range(0), prompt_tokens = state.range(1);
  const bool filtered = state.range(2) != 0;
  std::uint64_t seed = 0;
  std::int64_t drawn = 0;
  for (auto _ : state) {
    std::vector<Finished> finished;
    std::int64_t open = 0;
    for (const ModelInput& prompt : inputs(std::max<std::int64_t>(1, candidates / 4), prompt_tokens, ++seed, 0)) {
      Request request;
      request.chat = {{{ChatMessage::Role::user, backend()->base_model()->decode(prompt.tokens)}}};
      request.sampling = {.temperature = 0.7, .max_tokens = kDrawn};
      if (filtered) request.sampling.top_p = 0.8, request.sampling.top_k = 20;
      request.key = {seed, static_cast<std::uint64_t>(open)};
      request.count = static_cast<int>(std::min<std::int64_t>(4, candidates));
      if (!backend()->admit(static_cast<Ticket>(open++), request)) return state.SkipWithError("not admitted");
    }
    while (open > 0) {
      finished.clear();
      backend()->step(finished);
      for (const auto& result : finished) {
        for (const auto& completion : std::get<std::vector<Completion>>(result.result))
          drawn += std::ssize(completion.tokens);
        --open;
      }
    }
  }
  state.SetItemsProcessed(drawn);
}
BENCHMARK(draw)
    ->ArgNames({"candidates", "prompt", "filtered"})
    ->Args({1, 200, 0})
    ->Args({16, 200, 0})
    ->Args({64, 200, 0})
    ->Args({256, 200, 0})
    ->Args({256, 200, 1})
    ->Args({32, 800, 0})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

/// New texts through a scoring head with low-rank updates: the state at their end, or the log-probabilities of their
/// second half.
void read(benchmark::State& state) {
  const bool scored = state.range(0) != 0;
  constexpr std::int64_t count = 64, tokens = 256;
  const auto scoring_head = backend()->base_model()->attach(
      {.token_logprob = scored, .state_outputs = scored ? 0 : 1, .adaptation = ScoringHeadSpec::Adaptation::lora});
  std::uint64_t seed = 1000;
  for (auto _ : state) benchmark::DoNotOptimize(scoring_head->read(inputs(count, tokens, ++seed, scored ? 128 : 255)));
  state.SetItemsProcessed(state.iterations() * count * tokens);
}
BENCHMARK(read)->ArgName("scored")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

/// A step of a value fit with low-rank updates of rank 16.
void learn(benchmark::State& state) {
  constexpr std::int64_t count = 32, tokens = 256;
  const bool recompute = state.range(0) != 0;
  const auto base_model = backend()->base_model();
  const auto scoring_head = base_model->attach({.state_outputs = 1, .adaptation = ScoringHeadSpec::Adaptation::lora});
  const auto trainer = base_model->train(scoring_head, {}, {.recompute = recompute});
  const Trainer::Loss towards_one = [](std::span<const float> outputs, std::span<float> gradient) {
    for (std::size_t i = 0; i < outputs.size(); ++i) gradient[i] = outputs[i] - 1;
    return 0.0;
  };
  std::uint64_t seed = 2000;
  for (auto _ : state) {
    trainer->accumulate(inputs(count, tokens, ++seed, 255), towards_one);
    trainer->step(1.0);
  }
  state.SetItemsProcessed(state.iterations() * count * tokens);
}
BENCHMARK(learn)->ArgName("recompute")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto equals = argument.find('=');
    if (!argument.starts_with("--") || equals == std::string::npos ||
        !options.contains(argument.substr(2, equals - 2))) {
      std::fprintf(stderr, "bench_transformer: unknown argument %s\n", argv[i]);
      return 2;
    }
    options[argument.substr(2, equals - 2)] = argument.substr(equals + 1);
  }
  backend();
  benchmark::RunSpecifiedBenchmarks();
}
