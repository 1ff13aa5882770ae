#include "models/checkpoint/safetensors.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>

#include "models/files/checkpoint_folder.hpp"
#include "models/files/json_file.hpp"
#include "models/files/mapped_file.hpp"
#include "models/files/safetensors_header.hpp"

namespace espalier::models {
namespace {

struct TypeName {
  at::ScalarType type;
  const char* name;
};
constexpr TypeName kTypes[] = {{at::kFloat, "F32"}, {at::kDouble, "F64"}, {at::kHalf, "F16"},  {at::kBFloat16, "BF16"},
                               {at::kLong, "I64"},  {at::kInt, "I32"},    {at::kShort, "I16"}, {at::kChar, "I8"},
                               {at::kByte, "U8"},   {at::kBool, "BOOL"}};

at::ScalarType type_named(const std::string& name) {
  return std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeName& type) { return name == type.name; })
      ->type;
}

}  // namespace

struct TensorFolder::Entry {
  const MappedFile* file;
  StoredTensor tensor;
};

TensorFolder::TensorFolder(const std::filesystem::path& folder) : folder_(folder) {
  if (!std::filesystem::is_directory(folder)) throw CheckpointError(folder.string() + ": there is no such folder");
  const auto path = folder / kTensorIndex;
  if (!std::filesystem::exists(path)) {
    open(folder / kTensorFile, nullptr);
    return;
  }
  const JsonFile index(path);
  const auto places = index.require<std::map<std::string, std::string>>("weight_map");
  std::set<std::string> shards;
  for (const auto& [name, shard] : places) {
    if (std::filesystem::path(shard).filename() != shard || shard == "..")
      index.fail("weight_map", "names \"" + shard + "\" for `" + name + "`, which is no file beside it");
    shards.insert(shard);
  }
  // Readers differ in which of the two they take.
  if (!shards.contains(kTensorFile) && std::filesystem::exists(folder / kTensorFile))
    index.fail("weight_map", "names other files than " + std::string(kTensorFile) +
                                 ", which lies beside them: remove what is out of date");
  for (const auto& shard : shards)
    if (!std::filesystem::exists(folder / shard))
      index.fail("weight_map", "names " + shard + ", which is not there: it has to be fetched too");
  // A shard may hold stale copies of tensors: what counts is the one where the index says.
  for (const auto& shard : shards)
    open(folder / shard, [&](const std::string& name) { return places.contains(name) && places.at(name) == shard; });
  for (const auto& [name, shard] : places)
    if (!has(name)) index.fail("weight_map", "says that `" + name + "` is in " + shard + ", which has no such tensor");
}

TensorFolder TensorFolder::of_file(const std::filesystem::path& path) {
  TensorFolder single;
  single.folder_ = path;
  single.open(path, nullptr);
  return single;
}

TensorFolder::~TensorFolder() = default;
TensorFolder::TensorFolder(TensorFolder&&) noexcept = default;

void TensorFolder::open(const std::filesystem::path& path, const std::function<bool(const std::string&)>& counts) {
  files_.push_back(std::make_unique<MappedFile>(path));
  for (auto& [name, tensor] : read_safetensors_header(files_.back()->content(), path))
    if (!counts || counts(name)) entries_.emplace(name, Entry{files_.back().get(), std::move(tensor)});
}

bool TensorFolder::has(const std::string& name) const { return entries_.contains(name); }

std::vector<std::string> TensorFolder::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

std::string TensorFolder::file_of(const std::string& name) const {
  return has(name) ? entry(name).file->path().string() : folder_.string();
}

std::vector<std::int64_t> TensorFolder::shape(const std::string& name) const { return entry(name).tensor.shape; }

at::Tensor TensorFolder::view(const std::string& name) const {
  const auto& [file, tensor] = entry(name);
  const at::ScalarType type = type_named(tensor.type);
  const auto address = reinterpret_cast<std::uintptr_t>(tensor.data.data());
  if (address % c10::elementSize(type) != 0) {  // which the format allows
    at::Tensor aligned = at::empty(tensor.shape, at::TensorOptions().dtype(type));
    std::memcpy(aligned.data_ptr(), tensor.data.data(), tensor.data.size());
    return aligned;
  }
  // What has been read need not stay in memory: the file has it.
  return at::from_blob(
      const_cast<char*>(tensor.data.data()), tensor.shape, [data = tensor.data](void*) { MappedFile::release(data); },
      at::TensorOptions().dtype(type));
}

const TensorFolder::Entry& TensorFolder::entry(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) throw CheckpointError(folder_.string() + ": tensor `" + name + "` is missing");
  return found->second;
}

void write_safetensors(const std::filesystem::path& path,
                       const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  base::OrderedJson header = base::OrderedJson::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                    [&](const TypeName& entry) { return entry.type == tensor.scalar_type(); });
    if (type == std::end(kTypes)) throw CheckpointError(path.string() + ": tensor `" + name + "` has no storable type");
    header[name] = {
        {"dtype", type->name}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, offset + tensor.nbytes()}}};
    offset += tensor.nbytes();
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // keeps the data aligned
  std::filesystem::path temporary = path;
  temporary += ".part";
  {
    std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
    const std::uint64_t size = text.size();
    stream.write(reinterpret_cast<const char*>(&size), sizeof size);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    for (const auto& [name, tensor] : tensors) {
      const at::Tensor flat = tensor.detach().cpu().contiguous();
      stream.write(static_cast<const char*>(flat.const_data_ptr()), static_cast<std::streamsize>(flat.nbytes()));
    }
    stream.flush();
    if (!stream) throw CheckpointError(path.string() + ": the file cannot be written");
  }
  std::filesystem::rename(temporary, path);
}

}  // namespace espalier::models
