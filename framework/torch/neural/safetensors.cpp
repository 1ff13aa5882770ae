#include "neural/safetensors.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "neural/json_file.hpp"

// The format: eight bytes (little endian) with the length of a JSON header, the header {name: {dtype, shape,
// data_offsets}}, then the raw tensors, row-major. Offsets count from the end of the header.

namespace espalier::neural {
namespace {

struct TypeName {
  at::ScalarType type;
  const char* name;
};
constexpr TypeName kTypes[] = {{at::kFloat, "F32"}, {at::kDouble, "F64"}, {at::kHalf, "F16"},  {at::kBFloat16, "BF16"},
                               {at::kLong, "I64"},  {at::kInt, "I32"},    {at::kShort, "I16"}, {at::kChar, "I8"},
                               {at::kByte, "U8"},   {at::kBool, "BOOL"}};

}  // namespace

struct TensorFolder::Entry {
  const File* file;
  at::ScalarType type;
  std::vector<std::int64_t> shape;
  const char* data;
};

class TensorFolder::File {
 public:
  explicit File(std::filesystem::path path) : path_(std::move(path)) {
    const int handle = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (handle < 0) throw CheckpointError(path_.string() + ": the file cannot be opened");
    struct stat status {};
    ::fstat(handle, &status);
    size_ = static_cast<std::size_t>(status.st_size);
    if (size_ >= 8) data_ = static_cast<char*>(::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, handle, 0));
    ::close(handle);
    if (data_ == nullptr || data_ == MAP_FAILED) {
      data_ = nullptr;
      throw CheckpointError(path_.string() + ": the file is too short or cannot be mapped");
    }
  }
  ~File() {
    if (data_ != nullptr) ::munmap(data_, size_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Adds every tensor of the header to `entries`, having checked that it lies within the file.
  void list(std::map<std::string, Entry>& entries) const {
    std::uint64_t header_size = 0;
    std::memcpy(&header_size, data_, sizeof header_size);
    if (header_size > size_ - 8) throw CheckpointError(path_.string() + ": the header is longer than the file");
    const auto header = JsonFile::Json::parse(data_ + 8, data_ + 8 + header_size, nullptr, false);
    if (!header.is_object()) throw CheckpointError(path_.string() + ": the header is not a JSON object");
    const char* const base = data_ + 8 + header_size;
    const std::size_t available = size_ - 8 - header_size;
    for (const auto& [name, value] : header.items()) {
      if (name == "__metadata__") continue;
      entries.insert_or_assign(name, entry(JsonFile(path_, value), name, base, available));
    }
  }

 private:
  Entry entry(const JsonFile& value, const std::string& name, const char* base, std::size_t available) const {
    const auto dtype = value.require<std::string>("dtype");
    const auto shape = value.require<std::vector<std::int64_t>>("shape");
    const auto offsets = value.require<std::vector<std::size_t>>("data_offsets");
    for (const auto& type : kTypes) {
      if (dtype != type.name) continue;
      std::size_t bytes = c10::elementSize(type.type);
      for (const auto extent : shape) bytes *= static_cast<std::size_t>(std::max<std::int64_t>(extent, 0));
      if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > available || offsets[1] - offsets[0] != bytes)
        value.fail(name, "does not fit into the file, which may be truncated");
      return {this, type.type, shape, base + offsets[0]};
    }
    value.fail(name, "has the unsupported type " + dtype);
  }

  std::filesystem::path path_;
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

TensorFolder::TensorFolder(const std::filesystem::path& folder) : folder_(folder) {
  if (!std::filesystem::is_directory(folder)) throw CheckpointError(folder.string() + ": there is no such folder");
  const auto index = folder / "model.safetensors.index.json";
  if (std::filesystem::exists(index)) {
    const auto map = JsonFile(index).require<std::map<std::string, std::string>>("weight_map");
    std::set<std::string> shards;
    for (const auto& [name, file] : map) shards.insert(file);
    for (const auto& shard : shards) open(folder / shard);
  } else {
    open(folder / "model.safetensors");
  }
}

TensorFolder TensorFolder::of_file(const std::filesystem::path& path) {
  TensorFolder single;
  single.folder_ = path;
  single.open(path);
  return single;
}

TensorFolder::~TensorFolder() = default;
TensorFolder::TensorFolder(TensorFolder&&) noexcept = default;

void TensorFolder::open(const std::filesystem::path& path) {
  files_.push_back(std::make_unique<File>(path));
  files_.back()->list(entries_);
}

bool TensorFolder::has(const std::string& name) const { return entries_.contains(name); }

std::vector<std::string> TensorFolder::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

at::Tensor TensorFolder::read(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) throw CheckpointError(folder_.string() + ": tensor `" + name + "` is missing");
  // Copied through memcpy: tensors in a file need not be aligned.
  at::Tensor stored = at::empty(found->second.shape, at::TensorOptions().dtype(found->second.type));
  std::memcpy(stored.data_ptr(), found->second.data, stored.nbytes());
  return stored;
}

at::Tensor TensorFolder::read(const std::string& name, at::IntArrayRef shape, at::ScalarType dtype) const {
  const at::Tensor stored = read(name);
  if (!shape.empty() && shape != stored.sizes()) {
    std::ostringstream text;
    text << entries_.at(name).file->path().string() << ": tensor `" << name << "` has shape " << stored.sizes()
         << ", but " << shape << " is needed";
    throw CheckpointError(text.str());
  }
  return stored.to(dtype);
}

void write_safetensors(const std::filesystem::path& path,
                       const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  JsonFile::Json header = JsonFile::Json::object();
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

}  // namespace espalier::neural
