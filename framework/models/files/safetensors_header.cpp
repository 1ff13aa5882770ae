#include "models/files/safetensors_header.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "models/files/json_file.hpp"

// The format: eight bytes (little endian) with the length of a JSON header, the header {name: {dtype, shape,
// data_offsets}}, then the raw tensors, row-major. Offsets count from the end of the header; the tensors fill the rest
// of the file without gaps.

namespace espalier::models {
namespace {

constexpr std::size_t kLengthBytes = 8;
constexpr std::array<std::pair<std::string_view, std::size_t>, 10> kTypes = {{{"F64", 8},
                                                                              {"F32", 4},
                                                                              {"F16", 2},
                                                                              {"BF16", 2},
                                                                              {"I64", 8},
                                                                              {"I32", 4},
                                                                              {"I16", 2},
                                                                              {"I8", 1},
                                                                              {"U8", 1},
                                                                              {"BOOL", 1}}};

/// Reads the entries of one header.
class HeaderReader {
 public:
  HeaderReader(const std::filesystem::path& path, std::string_view data) : path_(path), data_(data) {}

  StoredTensor tensor(const std::string& name, const JsonFile::Json& value) const {
    if (!value.is_object()) fail(name, "is no JSON object");
    const JsonFile entry(path_.string() + ": tensor `" + name + "`", value);
    StoredTensor tensor{.type = entry.require<std::string>("dtype"),
                        .shape = entry.require<std::vector<std::int64_t>>("shape"),
                        .data = {}};
    const std::size_t element = stored_bytes(tensor.type);
    if (element == 0)
      fail(name,
           "has the unsupported type " + JsonFile::spelled(tensor.type) +
               "; take the checkpoint in BF16, F16 or F32, or run it behind a server and use language model `server`");
    const auto offsets = entry.require<std::vector<std::size_t>>("data_offsets");
    if (offsets.size() != 2 || offsets[0] > offsets[1])
      entry.fail("data_offsets", "must be where its data begin and end");
    if (offsets[1] > data_.size()) {
      fail(name, "ends at byte " + std::to_string(offsets[1]) + " of the data, of which there are " +
                     std::to_string(data_.size()) + ": the file may be cut off");
    }
    if (offsets[1] - offsets[0] != bytes(name, tensor.shape, element)) {
      fail(name, "has " + std::to_string(offsets[1] - offsets[0]) + " bytes of data, which is not what its shape says");
    }
    tensor.data = data_.substr(offsets[0], offsets[1] - offsets[0]);
    return tensor;
  }

  /// Whether the tensors lie side by side and fill the data.
  void check_layout(const std::map<std::string, StoredTensor>& tensors) const {
    std::vector<std::pair<std::size_t, const std::string*>> begins;
    for (const auto& [name, tensor] : tensors) {
      begins.emplace_back(static_cast<std::size_t>(tensor.data.data() - data_.data()), &name);
    }
    std::ranges::sort(begins, {}, [&](const auto& one) {
      return std::pair(one.first, tensors.at(*one.second).data.size());  // empty ones before what begins where they do
    });
    std::size_t end = 0;
    for (const auto& [begin, name] : begins) {
      if (begin < end) fail(*name, "lies over the one before it");
      if (begin > end) fail(*name, "lies behind " + std::to_string(begin - end) + " bytes that belong to no tensor");
      end += tensors.at(*name).data.size();
    }
    if (end != data_.size()) {
      throw CheckpointError(path_.string() + ": " + std::to_string(data_.size() - end) +
                            " bytes at the end belong to no tensor");
    }
  }

 private:
  [[noreturn]] void fail(const std::string& name, const std::string& what) const {
    throw CheckpointError(path_.string() + ": tensor `" + name + "` " + what);
  }

  std::size_t bytes(const std::string& name, const std::vector<std::int64_t>& shape, std::size_t element) const {
    std::size_t product = element;
    for (const std::int64_t extent : shape) {
      if (extent < 0) fail(name, "has the negative size " + std::to_string(extent));
      const auto factor = static_cast<std::size_t>(extent);
      // No file is as long as what overflows here.
      if (factor != 0 && product > (std::numeric_limits<std::size_t>::max() >> 1) / factor) {
        fail(name, "has a shape of more elements than any file holds");
      }
      product *= factor;
    }
    return product;
  }

  const std::filesystem::path& path_;
  std::string_view data_;
};

}  // namespace

std::int64_t StoredTensor::elements() const { return static_cast<std::int64_t>(data.size() / stored_bytes(type)); }

std::size_t stored_bytes(std::string_view type) {
  const auto found = std::ranges::find(kTypes, type, &std::pair<std::string_view, std::size_t>::first);
  return found == kTypes.end() ? 0 : found->second;
}

std::map<std::string, StoredTensor> read_safetensors_header(std::string_view file, const std::filesystem::path& path) {
  const auto fail = [&](const std::string& what) { throw CheckpointError(path.string() + ": " + what); };
  if (file.size() < kLengthBytes) fail("the file is too short to be one of tensors");
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof length);
  file.remove_prefix(kLengthBytes);
  if (length > file.size()) fail("the header is longer than the file, which may be cut off");
  if (length > kMostHeaderBytes) fail("the header is longer than the format allows, 100 MB");
  const auto header = parse_json(file.substr(0, length), path.string() + " (header)");
  if (!header.is_object()) fail("the header is no JSON object");
  const HeaderReader reader(path, file.substr(length));
  std::map<std::string, StoredTensor> tensors;
  for (const auto& [name, value] : header.items()) {
    if (name != "__metadata__") tensors.emplace(name, reader.tensor(name, value));
  }
  reader.check_layout(tensors);
  return tensors;
}

}  // namespace espalier::models
