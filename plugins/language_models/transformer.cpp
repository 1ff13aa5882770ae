#include <espalier/language_model.hpp>
#include <espalier/plugin.hpp>

#include "models/decode/backend.hpp"
#include "models/jinja/day.hpp"

namespace {

using espalier::between;

/// A checkpoint of a known family, a folder or a GGUF file, or a fresh model that a fit trains from nothing; on the CPU or
/// a GPU.
class Transformer final : public espalier::models::TransformerBackend {
 public:
  struct Architecture : espalier::Params {
    using espalier::Params::Params;
    int layers = field("layers", 4, "Decoder blocks.", between(1, 1000));
    int width = field("width", 128, "Width of the residual stream.", between(2, 65536));
    int heads = field("heads", 4, "Query heads.", between(1, 1024));
    int kv_heads = field("kv_heads", heads, "Key and value heads; a divisor of `heads`.", between(1, 1024));
    int head_width = field("head_width", width / heads, "Width of one head; even.", between(2, 1024));
    int feed_forward = field("feed_forward", width * 5 / 2, "Width inside the SwiGLU layer.", between(1, 1'000'000));
    int context = field("context", 2048, "Longest sequence, in tokens.", between(16, 1'000'000));
    double rope_theta = field("rope_theta", 10000.0, "Base of the rotary frequencies.", between(1, 1e9));
    int vocabulary = field("vocabulary", 2048, "Largest vocabulary, the 256 bytes and the special tokens included.",
                           between(300, 1'000'000));
    int least_count = field("least_count", 2, "Words seen less often are spelled in bytes.", between(1, 1'000'000));
    std::vector<std::string> specials =
        field("specials", std::vector<std::string>{}, "Further control tokens, such as \"</step>\".");

    void validate() const {
      if (heads % kv_heads != 0) reject("kv_heads", "must divide `heads`");
      if (head_width % 2 != 0) reject("head_width", "must be even");
    }
  };

  enum class Weights { stored, random };

  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::optional<std::filesystem::path> checkpoint =
        maybe_file("checkpoint",
                   "Folder with config.json, tokenizer.json and *.safetensors, or a GGUF file; without it the model is "
                   "fresh and must be trained first.");
    Weights weights =
        field("weights", Weights::stored,
              "The checkpoint's, or random ones of its shape, which need no tensors on disk: to see what a "
              "model will cost before one has it.",
              {{"stored", Weights::stored}, {"random", Weights::random}});
    Architecture architecture =
        table<Architecture>("architecture", "Shape of a fresh model (a Qwen3 block with tied embeddings).");
    std::string chat_template =
        field("chat_template", "default", "Which of the checkpoint's chat templates, where it has several by name.");
    std::vector<espalier::Named<std::string>> template_variables = dictionary(
        "template_variables", "Values of the chat template's own variables, such as enable_thinking = false.");
    std::string date = field("date", "",
                             "The day that chat templates are told, as 2026-11-28; \"\": none, and templates that ask "
                             "for it fail.");
    std::string dtype = field("dtype", "auto",
                              "Type of weights and arithmetic: float32, bfloat16, float16, or auto: bfloat16 on a GPU, "
                              "float32 on the CPU and while they are trained.");
    std::string device =
        setting("device", "auto", "Where the arithmetic happens: auto (a GPU if there is one), cpu, cuda or cuda:N.");
    int threads = setting("threads", 0,
                          "Most threads of the CPU arithmetic; 0: as many as other processes leave processors free. "
                          "Never more than affinity mask and quota of the process allow.",
                          between(0, 1024));
    int max_batch = setting("max_batch", 256, "Candidates decoded side by side.", between(1, 65536));
    int cache =
        setting("cache", 1024,
                "MiB of keys and values that are kept of what was read; each scoring head with weights of its own "
                "keeps as much again.",
                between(1, 1'000'000));

    void validate() const {
      if (weights == Weights::random && !checkpoint) {
        reject("weights", "must be \"stored\" without a checkpoint; a fresh model's are drawn by its fit");
      }
      if (!date.empty() && !espalier::jinja::day_of(date))
        reject("date", "must be a day such as \"2026-11-28\", got \"" + date + "\"");
    }
  };

  explicit Transformer(Params params) : TransformerBackend(spec(params)) {}

  static Facts facts(const Params& params) { return espalier::models::transformer_facts(spec(params)); }

 private:
  static espalier::models::BackendSpec spec(const Params& params) {
    const Architecture& shape = params.architecture;
    espalier::models::BackendSpec spec;
    if (params.checkpoint) spec.checkpoint = *params.checkpoint;
    if (params.weights == Weights::random) spec.drawn = espalier::Key{}.child("espalier").child("weights");
    spec.architecture.layers = shape.layers;
    spec.architecture.width = shape.width;
    spec.architecture.heads = shape.heads;
    spec.architecture.kv_heads = shape.kv_heads;
    spec.architecture.head_width = shape.head_width;
    spec.architecture.feed_forward = shape.feed_forward;
    spec.architecture.max_positions = shape.context;
    spec.architecture.rope.theta = shape.rope_theta;
    spec.vocabulary.size = shape.vocabulary;
    spec.vocabulary.least_count = shape.least_count;
    spec.vocabulary.specials = shape.specials;
    spec.chat.name = params.chat_template;
    for (const auto& [name, value] : params.template_variables) spec.chat.variables.emplace_back(name, value);
    if (!params.date.empty()) spec.chat.date = espalier::jinja::day_of(params.date);
    spec.device = params.device;
    spec.dtype = params.dtype;
    spec.threads = params.threads;
    spec.limits.candidates = params.max_batch;
    spec.cache.remembered_bytes = std::int64_t{params.cache} << 20;
    return spec;
  }
};

}  // namespace

ESPALIER_PLUGIN(
    Transformer,
    "Runs and trains Llama, Mistral, Phi-3, Qwen2 and Qwen3 decoders from checkpoint folders and GGUF files, on the "
    "CPU or a GPU.")
