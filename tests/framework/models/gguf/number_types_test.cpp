#include "models/gguf/number_types.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "framework/models/gguf/gguf_bytes.hpp"
#include "models/gguf/gguf.hpp"

using namespace espalier::models;

TEST_CASE("blocks of every type are the numbers that the gguf package reads, bit by bit") {
  const std::string file = espalier::base::read_file(golden_gguf("numbers.gguf"));
  const std::string expected = espalier::base::read_file(golden_gguf("numbers.f32"));
  const Gguf gguf = read_gguf(file, "numbers.gguf");
  std::size_t at = 0;
  for (const GgufNumbers& type : gguf_numbers()) {  // in the order of the golden file
    if (type.decode == nullptr) continue;
    CAPTURE(type.name);
    const GgufTensor& tensor = gguf.tensors.at(std::string(type.name));
    std::vector<float> numbers(static_cast<std::size_t>(tensor.elements()));
    tensor.read(0, tensor.elements(), numbers.data());
    const std::size_t bytes = numbers.size() * sizeof(float);
    REQUIRE(at + bytes <= expected.size());
    CHECK(std::memcmp(numbers.data(), expected.data() + at, bytes) == 0);
    // A part of it is the same part.
    std::vector<float> row(static_cast<std::size_t>(tensor.shape.back()));
    tensor.read(tensor.shape.back(), tensor.shape.back(), row.data());
    CHECK(std::memcmp(row.data(), numbers.data() + row.size(), row.size() * sizeof(float)) == 0);
    at += bytes;
  }
  CHECK(at == expected.size());
}
