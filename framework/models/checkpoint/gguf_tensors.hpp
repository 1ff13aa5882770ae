#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/checkpoint/tensor_source.hpp"
#include "models/files/mapped_file.hpp"
#include "models/gguf/gguf.hpp"

namespace espalier::models {

/// The tensors of a GGUF file as float32, in the layout of Hugging Face checkpoints: the rows of Llama's queries and
/// keys, which llama.cpp keeps in another order, are in theirs again.
class GgufTensors final : public TensorSource {
 public:
  /// `gguf` refers to `file`.
  GgufTensors(std::shared_ptr<const MappedFile> file, const Gguf& gguf);

  bool has(const std::string& name) const override;
  std::vector<std::string> names() const override;
  std::string file_of(const std::string& name) const override;
  std::vector<std::int64_t> shape(const std::string& name) const override;
  at::Tensor view(const std::string& name) const override;

 private:
  struct Entry {
    GgufTensor tensor;
    std::int64_t heads = 0;  ///< whose rows alternate between the halves of a head; 0: rows lie as they are used
  };
  const Entry& entry(const std::string& name) const;

  std::shared_ptr<const MappedFile> file_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace espalier::models
