#include "models/gguf/gguf.hpp"

#include <doctest/doctest.h>

#include <string>

#include "framework/models/gguf/gguf_bytes.hpp"
#include "models/files/json_file.hpp"

using namespace espalier::models;

namespace {

std::string complaint(const std::string& file) {
  try {
    read_gguf(file, "f");
  } catch (const CheckpointError& error) {
    return error.what();
  }
  return "read";
}

template <class T>
std::string complaint_of(const std::string& file, const std::string& key) {
  try {
    read_gguf(file, "f").metadata.require<T>(key);
  } catch (const CheckpointError& error) {
    return error.what();
  }
  return "read";
}

GgufBytes with_tensor(std::uint32_t type, std::vector<std::uint64_t> dimensions, std::uint64_t offset = 0) {
  return GgufBytes().tensor("t", dimensions, type, offset);
}

}  // namespace

TEST_CASE("metadata are values by key, of the kind that is asked for") {
  const std::string file = GgufBytes()
                               .add("a", 7)
                               .add("b", 1e-5F)
                               .add("c", true)
                               .add("d", "text \u00e9")
                               .add("e", std::vector<std::string>{"x", "", "yz"})
                               .add("f", std::vector<int>{3, -4})
                               .entry("g", 10, GgufBytes::raw(std::uint64_t{1} << 40))
                               .entry("h", 8, GgufBytes::text("\xff"))
                               .bytes();
  const GgufMetadata metadata = read_gguf(file, "f").metadata;
  CHECK(metadata.require<int>("a") == 7);
  CHECK(metadata.require<double>("a") == 7);
  CHECK(metadata.require<double>("b") == 1e-5);
  CHECK(metadata.require<bool>("c"));
  CHECK(metadata.require<std::string>("d") == "text \u00e9");
  CHECK(metadata.require<std::vector<std::string>>("e") == std::vector<std::string>{"x", "", "yz"});
  CHECK(metadata.count("e") == 3);
  CHECK(metadata.require<std::vector<int>>("f") == std::vector<int>{3, -4});
  CHECK(metadata.get("z", 5) == 5);
  CHECK(complaint_of<int>(file, "z") == "f: `z` is missing");
  CHECK(complaint_of<int>(file, "b") == "f: `b` is a 32-bit float, which is not an integer below 2^31");
  CHECK(complaint_of<int>(file, "g") == "f: `g` is a 64-bit unsigned integer, which is not an integer below 2^31");
  CHECK(complaint_of<int>(file, "f") == "f: `f` is an array where an integer below 2^31 is needed");
  CHECK(complaint_of<std::vector<int>>(file, "a") == "f: `a` is a 32-bit integer where an array is needed");
  CHECK(complaint_of<std::string>(file, "h") == "f: `h` is a text, which is not a text in UTF-8");
  CHECK(complaint_of<bool>(file, "a") == "f: `a` is a 32-bit integer, which is not a bool");
}

TEST_CASE("counts and lengths are within the file before anything is made of them") {
  const auto head = [](std::uint64_t tensors, std::uint64_t keys) {
    return "GGUF" + GgufBytes::raw(std::uint32_t{3}) + GgufBytes::raw(tensors) + GgufBytes::raw(keys);
  };
  const std::uint64_t huge = ~std::uint64_t{0};
  CHECK(complaint("GGU") == "f: byte 0: the file does not begin with \"GGUF\"");
  CHECK(complaint("JSON....") == "f: byte 4: the file does not begin with \"GGUF\"");
  CHECK(complaint("GGUF\3\0") ==
        "f: byte 4: the file ends within the version, which needs 4 bytes more: it may be cut "
        "off");
  CHECK(
      complaint(GgufBytes().bytes(0, 1)).starts_with("f: byte 8: the file is of version 1 of the format; versions 2"));
  CHECK(complaint(GgufBytes().bytes(0, 0x03000000)).find("big-endian") != std::string::npos);
  CHECK(complaint(GgufBytes().bytes(0, 2)) == "read");
  CHECK(complaint(head(huge, 0)) ==
        "f: byte 8: tells 18446744073709551615 tensors, for which the file is too short: it "
        "may be cut off");
  CHECK(complaint(head(0, huge)).find("metadata entries, for which the file is too short") != std::string::npos);
  CHECK(complaint(head(0, 1) + GgufBytes::raw(huge) + std::string(16, ' ')) ==
        "f: byte 24: a key has 18446744073709551615 bytes, more than are read");
  CHECK(complaint(head(0, 70'000) + std::string(1'000'000, '\0')) ==
        "f: byte 16: tells 70000 metadata entries, more than are read");
  CHECK(complaint(GgufBytes().entry("a", 8, GgufBytes::raw(huge)).bytes())
            .find("the file ends within `a`, which needs 18446744073709551615 bytes more") != std::string::npos);
  const std::string many = GgufBytes::raw(std::uint32_t{5}) + GgufBytes::raw(std::uint64_t{1} << 62);
  CHECK(complaint(GgufBytes().entry("a", 9, many).bytes())
            .find("tells 4611686018427387904 elements of `a`, for which the file is too short") != std::string::npos);
}

TEST_CASE("values are of kinds that the format has, once each") {
  CHECK(complaint(GgufBytes().entry("a", 13, "").bytes()) ==
        "f: byte 33: `a` is of kind 13, which the format does not have");
  const std::string nested = GgufBytes::raw(std::uint32_t{9}) + GgufBytes::raw(std::uint64_t{1});
  CHECK(complaint(GgufBytes().entry("a", 9, nested).bytes()).find("`a` is an array of arrays") != std::string::npos);
  CHECK(complaint(GgufBytes().add("a", 1).add("a", 2).bytes()).find("the key `a` is there twice") != std::string::npos);
  CHECK(complaint(GgufBytes().add("split.count", 2).bytes()) ==
        "f: `split.count` says that the file is one part of several; join them with llama-gguf-split --merge");
  CHECK(complaint(GgufBytes().add("general.alignment", 24).bytes()) ==
        "f: `general.alignment` must be a power of two up to 1048576");
}

TEST_CASE("tensors are whole blocks, one behind the other to the end of the file") {
  CHECK(complaint(with_tensor(0, {4, 2}).bytes(32)) == "read");
  const std::string file = with_tensor(0, {4, 2}).bytes(32);
  CHECK(read_gguf(file, "f").tensors.at("t").shape == std::vector<std::int64_t>{2, 4});
  CHECK(complaint(with_tensor(0, {4, 2}).bytes(31))
            .find("tensor `t` ends at byte 32 of the data, of which there are 31") != std::string::npos);
  CHECK(complaint(with_tensor(0, {4, 2}).bytes(40)).find("8 bytes at the end belong to no tensor") !=
        std::string::npos);
  CHECK(complaint(with_tensor(2, {48}).bytes(64)).find("rows of 48 numbers, which are no whole blocks of Q4_0") !=
        std::string::npos);
  CHECK(complaint(with_tensor(0, {0}).bytes()).find("has a dimension of 0") != std::string::npos);
  CHECK(complaint(with_tensor(0, {1ULL << 40, 1ULL << 40}).bytes()).find("more than any file holds") !=
        std::string::npos);
  CHECK(complaint(with_tensor(0, {1ULL << 40}).bytes()).find("bytes of data, which is more than the file has") !=
        std::string::npos);
  CHECK(complaint(with_tensor(0, {}).bytes()).find("has 0 dimensions") != std::string::npos);
  CHECK(complaint(with_tensor(0, {8}, 32).bytes(64)).find("lies at byte 32 of the data; behind the one before") !=
        std::string::npos);
  const std::string unread = complaint(with_tensor(17, {256}).bytes(74));
  CHECK(unread.find("tensor `t` is of type IQ2_XS, which is not read; read are F32, F16, BF16, Q4_0") !=
        std::string::npos);
  CHECK(unread.find("llama-server") != std::string::npos);
  CHECK(complaint(with_tensor(99, {256}).bytes(74)).find("is of type 99") != std::string::npos);
  CHECK(complaint(GgufBytes().tensor("t", {8}, 0, 0).tensor("t", {8}, 0, 32).bytes(64))
            .find("tensor `t` is there twice") != std::string::npos);
}
