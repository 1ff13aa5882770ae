#include "models/checkpoint/gguf_tensors.hpp"

#include <ATen/Parallel.h>

#include "models/files/json_file.hpp"
#include "models/gguf/tensor_names.hpp"

namespace espalier::models {
namespace {

/// Of what rope_freqs.weight says config.json has the source.
constexpr const char* kDivisors = "rope_freqs.weight";

/// llama.cpp rotates neighbours, Hugging Face's Llama the halves of a head: rows i and i + half of a head are 2i and
/// 2i + 1 in the file.
at::Tensor halves_together(const at::Tensor& rows, std::int64_t heads) {
  const auto shape = rows.sizes().vec();
  const std::int64_t half = shape[0] / heads / 2;
  return rows.reshape({heads, half, 2, -1}).transpose(1, 2).reshape(shape);
}

}  // namespace

GgufTensors::GgufTensors(std::shared_ptr<const MappedFile> file, const Gguf& gguf) : file_(std::move(file)) {
  const auto architecture = gguf.metadata.require<std::string>("general.architecture");
  const bool alternating = architecture == "llama";
  const std::int64_t heads = gguf.metadata.require<int>(architecture + ".attention.head_count");
  const std::int64_t kv_heads = gguf.metadata.get(architecture + ".attention.head_count_kv", static_cast<int>(heads));
  for (const auto& [name, tensor] : gguf.tensors) {
    if (name == kDivisors) continue;
    const std::string there = hugging_face_name(name, architecture);
    Entry entry{tensor};
    if (alternating && there.find(".q_proj.") != std::string::npos) entry.heads = heads;
    if (alternating && there.find(".k_proj.") != std::string::npos) entry.heads = kv_heads;
    if (!entries_.emplace(there, std::move(entry)).second)
      throw CheckpointError(file_->path().string() + ": tensor `" + name + "` is there under two names");
  }
}

bool GgufTensors::has(const std::string& name) const { return entries_.contains(name); }

std::vector<std::string> GgufTensors::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

std::string GgufTensors::file_of(const std::string&) const { return file_->path().string(); }

std::vector<std::int64_t> GgufTensors::shape(const std::string& name) const { return entry(name).tensor.shape; }

at::Tensor GgufTensors::view(const std::string& name) const {
  const auto& [tensor, heads] = entry(name);
  at::Tensor numbers = at::empty(tensor.shape, at::kFloat);
  auto* const out = numbers.mutable_data_ptr<float>();
  const std::int64_t row = tensor.shape.back(), rows = numbers.numel() / row;
  constexpr std::int64_t grain = 1 << 16;  // numbers
  at::parallel_for(0, rows, std::max<std::int64_t>(1, grain / row), [&](std::int64_t begin, std::int64_t end) {
    tensor.read(begin * row, (end - begin) * row, out + begin * row);
  });
  MappedFile::release(tensor.data);
  if (heads == 0) return numbers;
  if (tensor.shape.front() % (2 * heads) != 0)
    throw CheckpointError(file_of(name) + ": tensor `" + name + "` has " + std::to_string(tensor.shape.front()) +
                          " rows, which are no two halves of " + std::to_string(heads) + " heads");
  return halves_together(numbers, heads);
}

const GgufTensors::Entry& GgufTensors::entry(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) throw CheckpointError(file_->path().string() + ": tensor `" + name + "` is missing");
  return found->second;
}

}  // namespace espalier::models
