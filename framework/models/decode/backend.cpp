#include "models/decode/backend.hpp"

#include <algorithm>
#include <espalier/bad_input.hpp>
#include <filesystem>
#include <iterator>
#include <stdexcept>

#include "models/checkpoint/checkpoint.hpp"
#include "models/device/device.hpp"
#include "models/device/memory.hpp"
#include "models/files/json_file.hpp"
#include "models/scoring/base_model.hpp"
#include "models/scoring/scoring_pass.hpp"

namespace espalier::models {
namespace {

namespace fs = std::filesystem;

}  // namespace

Backend::Facts transformer_facts(const BackendSpec& spec) {
  Backend::Facts facts{.base_model = true};
  ModelConfig config = spec.architecture;
  config.vocabulary = spec.vocabulary.size;
  if (!spec.checkpoint.empty()) {
    if (!fs::exists(spec.checkpoint)) return facts;  // the host says so, and it may come to be
    try {
      config = Checkpoint::open(spec.checkpoint, !spec.drawn)->config();
    } catch (const CheckpointError& error) {
      throw BadInput(error.what());
    }
  }
  const auto bytes = static_cast<double>(c10::elementSize(resolve_dtype(spec.dtype, resolve_device(spec.device))));
  facts.parameters = config.weights();
  facts.weight_bytes = bytes * static_cast<double>(facts.parameters);
  facts.bytes_per_token = bytes * 2.0 * config.layers * config.kv_width();
  facts.flops_per_token = config.flops(0);
  return facts;
}

TransformerBackend::TransformerBackend(BackendSpec spec) : spec_(std::move(spec)) {
  placement_.device = resolve_device(spec_.device);
  placement_.cache = spec_.cache;
  placement_.dtype = resolve_dtype(spec_.dtype, placement_.device);
  take_threads();
  if (!spec_.checkpoint.empty())
    install(with_memory([&] { return Model::read(spec_.checkpoint, placement_, spec_.drawn, spec_.chat); }));
}

TransformerBackend::~TransformerBackend() = default;

void TransformerBackend::install(std::unique_ptr<Model> model) {
  model_ = std::move(model);
  generator_ = std::make_unique<Generator>(*model_, spec_.limits);
}

void TransformerBackend::initialise(std::span<const std::string> texts, Key key) {
  if (model_)
    throw std::logic_error("the transformer has weights already; only a fresh architecture can be initialised");
  install(Model::fresh(spec_.architecture, spec_.vocabulary, texts, key, placement_));
}

void TransformerBackend::prepare_training() {
  if (spec_.dtype != "auto") return;
  Model& trained = model();
  if (!generator_->idle() || !reads_.empty())
    throw std::logic_error("the model is at work; it cannot be made ready for training now");
  trained.widen();
}

Model& TransformerBackend::model() const {
  if (!model_)
    throw std::logic_error(
        "the transformer has no weights yet: it was given an architecture, which a fit must train first");
  return *model_;
}

bool TransformerBackend::admit(Ticket ticket, const Work& work) {
  model();
  if (const auto* request = std::get_if<Request>(&work)) return generator_->admit(ticket, *request);
  reads_.push_back({ticket, std::get<ScoringWork>(work)});
  return true;
}

void TransformerBackend::step(std::vector<Finished>& finished) {
  take_threads();
  // Inputs first: searches wait for them before they ask for more text.
  while (!reads_.empty()) read(finished);
  if (generator_ && !generator_->idle()) with_memory([&] { generator_->step(finished); });
}

// Answers everything that waits for the same reader as the oldest read does, as one batch. A read that asks for the
// impossible is answered with its error and left out of it.
void TransformerBackend::read(std::vector<Finished>& finished) {
  const void* const wanted = reads_.front().work.scoring_head;
  const auto others = std::stable_partition(
      reads_.begin(), reads_.end(), [&](const PendingRead& pending) { return pending.work.scoring_head == wanted; });
  std::vector<PendingRead> batch(std::make_move_iterator(reads_.begin()), std::make_move_iterator(others));
  reads_.erase(reads_.begin(), others);

  const auto* const scoring_head = static_cast<const TransformerScoringHead*>(wanted);
  std::erase_if(batch, [&](const PendingRead& pending) {
    try {
      if (scoring_head == nullptr) throw std::invalid_argument("a read needs the scoring head it is for");
      check_inputs(pending.work.inputs, model().config(), scoring_head->adapter(), scoring_head->head().token_logprob);
      return false;
    } catch (const std::exception&) {
      finished.push_back({pending.ticket, std::current_exception()});
      return true;
    }
  });
  if (!batch.empty()) read(*scoring_head, batch, finished);
}

// Where a batch fails, its halves are read by themselves: memory may do for those, and only a read that fails alone has
// failed.
void TransformerBackend::read(const TransformerScoringHead& scoring_head, std::span<const PendingRead> batch,
                              std::vector<Finished>& finished) {
  std::vector<const ModelInput*> inputs;
  for (const PendingRead& pending : batch)
    for (const ModelInput& input : pending.work.inputs) inputs.push_back(&input);
  std::vector<float> outputs;
  try {
    outputs = with_memory([&] { return read_outputs(scoring_head.decoder(), scoring_head.head(), inputs); });
  } catch (...) {
    if (batch.size() == 1) return finished.push_back({batch.front().ticket, std::current_exception()});
    read(scoring_head, batch.first(batch.size() / 2), finished);
    return read(scoring_head, batch.subspan(batch.size() / 2), finished);
  }
  auto from = outputs.begin();
  for (const PendingRead& pending : batch) {
    std::size_t positions = 0;
    for (const ModelInput& input : pending.work.inputs) positions += input.at.size();
    const auto to = from + static_cast<std::ptrdiff_t>(positions) * scoring_head.outputs();
    finished.push_back({pending.ticket, std::vector<float>(from, to)});
    from = to;
  }
}

void TransformerBackend::drop(Ticket ticket) {
  std::erase_if(reads_, [&](const PendingRead& pending) { return pending.ticket == ticket; });
  if (generator_) generator_->drop(ticket);
}

int TransformerBackend::tokens(std::string_view text) const {
  return static_cast<int>(model().tokenizer().encode(text).size());
}

double TransformerBackend::flops(int read, int generated) const {
  if (!model_) return 0;
  // Every token costs the weights once and attention over what is before it; summed over positions 0 .. n-1.
  const double tokens = static_cast<double>(read) + generated;
  return tokens * model_->config().flops(static_cast<std::int64_t>(std::max(0.0, (tokens - 1) / 2)));
}

std::shared_ptr<BaseModel> TransformerBackend::base_model() {
  auto self = weak_from_this().lock();
  if (!self) self = std::shared_ptr<TransformerBackend>(std::shared_ptr<void>(), this);  // owned by the caller's stack
  return std::make_shared<TransformerBaseModel>(std::move(self));
}

}  // namespace espalier::models
