#include "models/checkpoint/safetensors.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "base/file.hpp"
#include "models/files/json_file.hpp"
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

/// Whether all numbers of a floating-point type of `Bits` are finite: none has all bits of its exponent set.
template <class Bits>
bool all_finite(const void* data, std::int64_t count, Bits exponent) {
  const auto* const numbers = static_cast<const Bits*>(data);
  bool infinite = false;
  for (std::int64_t i = 0; i < count; ++i) infinite |= (numbers[i] & exponent) == exponent;
  return !infinite;
}

bool is_finite(const at::Tensor& tensor) {
  const void* const data = tensor.const_data_ptr();
  switch (tensor.scalar_type()) {
    case at::kDouble:
      return all_finite<std::uint64_t>(data, tensor.numel(), 0x7FF0'0000'0000'0000);
    case at::kFloat:
      return all_finite<std::uint32_t>(data, tensor.numel(), 0x7F80'0000);
    case at::kBFloat16:
      return all_finite<std::uint16_t>(data, tensor.numel(), 0x7F80);
    case at::kHalf:
      return all_finite<std::uint16_t>(data, tensor.numel(), 0x7C00);
    default:
      return true;
  }
}

}  // namespace

struct TensorFolder::Entry {
  const File* file;
  StoredTensor tensor;
};

class TensorFolder::File {
 public:
  explicit File(const std::filesystem::path& path) : path_(path) {
    try {
      const base::RegularFile file(path);
      size_ = static_cast<std::size_t>(file.size());
      if (size_ > 0) data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
    } catch (const base::FileError& error) {
      throw CheckpointError(error.what());
    }
    if (data_ == MAP_FAILED) {
      data_ = nullptr;
      throw CheckpointError(path_.string() + ": the file cannot be mapped into memory");
    }
  }
  ~File() {
    if (data_ != nullptr) ::munmap(data_, size_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string_view content() const { return {static_cast<const char*>(data_), size_}; }

 private:
  std::filesystem::path path_;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

TensorFolder::TensorFolder(const std::filesystem::path& folder) : folder_(folder) {
  if (!std::filesystem::is_directory(folder)) throw CheckpointError(folder.string() + ": there is no such folder");
  const auto path = folder / "model.safetensors.index.json";
  if (!std::filesystem::exists(path)) {
    open(folder / "model.safetensors", nullptr);
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
  files_.push_back(std::make_unique<File>(path));
  for (auto& [name, tensor] : read_safetensors_header(files_.back()->content(), path))
    if (!counts || counts(name)) entries_.emplace(name, Entry{files_.back().get(), std::move(tensor)});
}

bool TensorFolder::has(const std::string& name) const { return entries_.contains(name); }

std::vector<std::string> TensorFolder::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

std::int64_t TensorFolder::elements() const {
  std::int64_t all = 0;
  for (const auto& [name, entry] : entries_) all += entry.tensor.elements();
  return all;
}

at::Tensor TensorFolder::read(const std::string& name) const {
  const StoredTensor& tensor = entry(name).tensor;
  // Copied through memcpy: tensors in a file need not be aligned.
  at::Tensor stored = at::empty(tensor.shape, at::TensorOptions().dtype(type_named(tensor.type)));
  std::memcpy(stored.data_ptr(), tensor.data.data(), tensor.data.size());
  return stored;
}

at::Tensor TensorFolder::read(const std::string& name, at::IntArrayRef shape, at::ScalarType dtype) const {
  const Entry& found = entry(name);
  const auto fail = [&](const std::string& what) {
    throw CheckpointError(found.file->path().string() + ": tensor `" + name + "` " + what);
  };
  if (!shape.empty() && shape != at::IntArrayRef(found.tensor.shape)) {
    std::ostringstream text;
    text << "has shape " << at::IntArrayRef(found.tensor.shape) << ", but " << shape << " is needed";
    fail(text.str());
  }
  if (at::isFloatingType(dtype) && !at::isFloatingType(type_named(found.tensor.type)))
    fail("is of type " + found.tensor.type + " where floating-point numbers are needed");
  const at::Tensor needed = read(name).to(dtype);
  if (!is_finite(needed)) fail("holds numbers that are infinite or none at all (NaN), or too large for its new type");
  return needed;
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
