#include "models/gguf/gguf.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "models/files/json_file.hpp"

// The format: "GGUF", version (u32), number of tensors (u64), number of metadata entries (u64); the entries: key, kind
// (u32), value; the tensors: name, number of dimensions (u32), dimensions (u64, contiguous one first), type (u32),
// offset of the data (u64). Then, from the next multiple of `general.alignment`, the data, each tensor's padded to such
// a multiple. A text is its length (u64) and its bytes; an array the kind of its elements (u32), their number (u64) and
// the elements.

namespace espalier::models {
namespace {

// Far beyond what models have: some dozens of keys, a dozen tensors per block.
constexpr std::uint64_t kMostKeys = 1 << 16;
constexpr std::uint64_t kMostTensors = 1 << 18;
constexpr std::uint64_t kMostNameBytes = 1 << 10;
constexpr std::uint32_t kMostDimensions = 4;
constexpr std::uint64_t kDefaultAlignment = 32;
constexpr std::uint64_t kMostAlignment = 1 << 20;

/// A name or key as messages show it.
std::string spelled(std::string_view name) {
  constexpr std::size_t most = 80;
  return "`" + std::string(name.substr(0, most)) + (name.size() > most ? "...`" : "`");
}

/// Reads one file from its beginning.
class Reader {
 public:
  Reader(std::string_view file, const std::filesystem::path& path) : file_(file), path_(path) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw CheckpointError(path_.string() + ": byte " + std::to_string(at_) + ": " + what);
  }

  std::size_t at() const { return at_; }
  std::size_t left() const { return file_.size() - at_; }

  std::string_view take(std::uint64_t bytes, const std::string& what) {
    if (bytes > left())
      fail("the file ends within " + what + ", which needs " + std::to_string(bytes) +
           " bytes more: it may be cut off");
    const auto taken = file_.substr(at_, bytes);
    at_ += bytes;
    return taken;
  }

  template <class T>
  T number(const std::string& what) {
    T value{};
    std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
    return value;
  }

  /// A number of things, each of which takes `bytes` bytes at least.
  std::uint64_t count(std::uint64_t bytes, std::uint64_t most, const std::string& what) {
    const std::size_t begin = at_;
    const auto counted = number<std::uint64_t>("the number of " + what);
    const bool beyond = counted > left() / bytes;
    if (!beyond && counted <= most) return counted;
    at_ = begin;
    fail("tells " + std::to_string(counted) + " " + what + ", " +
         (beyond ? "for which the file is too short: it may be cut off" : "more than are read"));
  }

  std::string_view text(std::uint64_t most, const std::string& what) {
    const std::size_t begin = at_;
    const auto length = number<std::uint64_t>("the length of " + what);
    if (length > most) {
      at_ = begin;
      fail(what + " has " + std::to_string(length) + " bytes, more than are read");
    }
    return take(length, what);
  }

  GgufKind kind(const std::string& of) {
    const std::size_t begin = at_;
    const auto id = number<std::uint32_t>("the kind of " + of);
    if (id <= static_cast<std::uint32_t>(GgufKind::f64)) return GgufKind{id};
    at_ = begin;
    fail(of + " is of kind " + std::to_string(id) + ", which the format does not have");
  }

  GgufValue value(const std::string& of) {
    GgufValue value{.kind = kind(of)};
    if (value.kind == GgufKind::array) {
      value.array = true;
      value.kind = kind("the elements of " + of);
      if (value.kind == GgufKind::array) fail(of + " is an array of arrays, which are not read");
      const std::size_t least = std::max(gguf_bytes(value.kind), std::size_t{1});
      value.count = count(value.kind == GgufKind::text ? sizeof(std::uint64_t) : least,
                          std::numeric_limits<std::uint64_t>::max(), "elements of " + of);
    }
    const std::size_t begin = at_;
    if (value.kind == GgufKind::text) {
      for (std::uint64_t i = 0; i < value.count; ++i) text(std::numeric_limits<std::uint64_t>::max(), of);
    } else {
      take(value.count * gguf_bytes(value.kind), of);
    }
    value.data = file_.substr(begin, at_ - begin);
    return value;
  }

 private:
  std::string_view file_;
  const std::filesystem::path& path_;
  std::size_t at_ = 0;
};

std::uint32_t swapped(std::uint32_t number) { return __builtin_bswap32(number); }

void read_version(Reader& reader) {
  if (reader.left() < 4 || reader.take(4, "") != "GGUF") reader.fail("the file does not begin with \"GGUF\"");
  const auto version = reader.number<std::uint32_t>("the version");
  if (version == 2 || version == 3) return;
  if (swapped(version) == 2 || swapped(version) == 3)
    reader.fail("the file is big-endian; only little-endian ones are read");
  reader.fail("the file is of version " + std::to_string(version) +
              " of the format; versions 2 and 3 are read, which llama.cpp writes");
}

void read_metadata(Reader& reader, std::uint64_t count, GgufMetadata& metadata) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto key = reader.text(kMostNameBytes, "a key");
    if (!metadata.add(key, reader.value(spelled(key)))) reader.fail("the key " + spelled(key) + " is there twice");
  }
  if (metadata.get("split.count", 0) > 1)
    metadata.fail("split.count", "says that the file is one part of several; join them with llama-gguf-split --merge");
}

std::uint64_t read_alignment(const GgufMetadata& metadata) {
  constexpr const char* key = "general.alignment";
  if (!metadata.has(key)) return kDefaultAlignment;
  const auto alignment = static_cast<std::uint64_t>(metadata.require<int>(key));
  if (alignment < 1 || alignment > kMostAlignment || (alignment & (alignment - 1)) != 0)
    metadata.fail(key, "must be a power of two up to " + std::to_string(kMostAlignment));
  return alignment;
}

std::string names_of_types() {
  std::string names;
  for (const auto& type : gguf_numbers())
    if (type.decode != nullptr) names += (names.empty() ? "" : ", ") + std::string(type.name);
  return names;
}

const GgufNumbers& read_type(Reader& reader, const std::string& of) {
  const auto id = reader.number<std::uint32_t>("the type of " + of);
  const GgufNumbers* const type = find_gguf_numbers(id);
  if (type != nullptr && type->decode != nullptr) return *type;
  reader.fail(of + " is of type " + (type != nullptr ? std::string(type->name) : std::to_string(id)) +
              ", which is not read; read are " + names_of_types() +
              ". Take a file in one of these, or let llama-server run this one as a model of type \"server\"");
}

/// A tensor as the file describes it, before its data are looked for.
struct Described {
  GgufTensor tensor;
  std::uint64_t begin = 0, bytes = 0;  ///< in the data
};

std::uint64_t read_shape(Reader& reader, const std::string& of, std::vector<std::int64_t>& shape) {
  const auto dimensions = reader.number<std::uint32_t>("the number of dimensions of " + of);
  if (dimensions < 1 || dimensions > kMostDimensions)
    reader.fail(of + " has " + std::to_string(dimensions) + " dimensions; tensors have 1 to " +
                std::to_string(kMostDimensions));
  constexpr std::uint64_t most = std::uint64_t{1} << 48;  // beyond which no file is long enough
  std::uint64_t elements = 1;
  for (std::uint32_t i = 0; i < dimensions; ++i) {
    const auto extent = reader.number<std::uint64_t>("a dimension of " + of);
    if (extent < 1 || extent > most || elements > most / extent)
      reader.fail(of + " has a dimension of " + std::to_string(extent) + ", which is none or more than any file holds");
    elements *= extent;
    shape.push_back(static_cast<std::int64_t>(extent));
  }
  std::ranges::reverse(shape);
  return elements;
}

// `end` is where the tensor before it ended in the data: the format has no holes.
Described read_tensor(Reader& reader, const std::string& of, std::uint64_t end) {
  Described found;
  GgufTensor& tensor = found.tensor;
  const std::uint64_t elements = read_shape(reader, of, tensor.shape);
  tensor.numbers = &read_type(reader, of);
  const auto& [id, type, block, bytes, decode] = *tensor.numbers;
  if (tensor.shape.back() % block != 0)
    reader.fail(of + " has rows of " + std::to_string(tensor.shape.back()) + " numbers, which are no whole blocks of " +
                std::string(type));
  found.bytes = elements / static_cast<std::uint64_t>(block) * static_cast<std::uint64_t>(bytes);
  found.begin = reader.number<std::uint64_t>("the offset of " + of);
  if (found.begin != end)
    reader.fail(of + " lies at byte " + std::to_string(found.begin) +
                " of the data; behind the one before it would be " + std::to_string(end));
  return found;
}

}  // namespace

std::int64_t GgufTensor::elements() const {
  std::int64_t product = 1;
  for (const auto extent : shape) product *= extent;
  return product;
}

void GgufTensor::read(std::int64_t first, std::int64_t count, float* out) const {
  const auto* const blocks = reinterpret_cast<const std::uint8_t*>(data.data());
  numbers->decode(blocks + first / numbers->block * numbers->bytes, static_cast<std::size_t>(count / numbers->block),
                  out);
}

Gguf read_gguf(std::string_view file, const std::filesystem::path& path) {
  Reader reader(file, path);
  read_version(reader);
  Gguf gguf{.metadata = GgufMetadata(path), .tensors = {}};
  // At the least a tensor has the length of its name, a dimension and three numbers, an entry a length, a kind and a
  // byte.
  const auto tensors = reader.count(32, kMostTensors, "tensors");
  const auto keys = reader.count(13, kMostKeys, "metadata entries");
  read_metadata(reader, keys, gguf.metadata);
  const std::uint64_t alignment = read_alignment(gguf.metadata);

  std::vector<std::pair<std::string, Described>> described;
  std::uint64_t end = 0;
  for (std::uint64_t i = 0; i < tensors; ++i) {
    const std::string name(reader.text(kMostNameBytes, "the name of a tensor"));
    described.emplace_back(name, read_tensor(reader, "tensor " + spelled(name), end));
    const auto begin = described.back().second.begin, bytes = described.back().second.bytes;
    if (begin > file.size() || bytes > file.size() - begin)
      reader.fail("tensor " + spelled(name) + " has " + std::to_string(bytes) +
                  " bytes of data, which is more than the file has: it may be cut off");
    end = (begin + bytes + alignment - 1) / alignment * alignment;
  }
  if (tensors == 0) return gguf;

  reader.take((alignment - reader.at() % alignment) % alignment, "the padding before the data");
  const std::string_view data = file.substr(reader.at());
  for (auto& [name, found] : described) {
    if (found.begin + found.bytes > data.size())
      reader.fail("tensor " + spelled(name) + " ends at byte " + std::to_string(found.begin + found.bytes) +
                  " of the data, of which there are " + std::to_string(data.size()) + ": the file may be cut off");
    found.tensor.data = data.substr(found.begin, found.bytes);
    if (!gguf.tensors.emplace(name, std::move(found.tensor)).second)
      reader.fail("tensor " + spelled(name) + " is there twice");
  }
  if (data.size() > end) reader.fail(std::to_string(data.size() - end) + " bytes at the end belong to no tensor");
  return gguf;
}

}  // namespace espalier::models
