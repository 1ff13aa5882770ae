#include "models/checkpoint/safetensors.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "models/files/json_file.hpp"

using namespace espalier::models;

namespace fs = std::filesystem;

namespace {

/// A folder of shards, gone when the test is over.
class Shards {
 public:
  Shards() {
    std::string name = (fs::temp_directory_path() / "espalier-shards-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Shards() { fs::remove_all(folder_); }

  void shard(const std::string& name, const std::vector<std::pair<std::string, at::Tensor>>& tensors) const {
    write_safetensors(folder_ / name, tensors);
  }
  void index(const std::string& places) const {
    std::ofstream(folder_ / "model.safetensors.index.json") << R"({"weight_map": {)" << places << "}}";
  }
  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

at::Tensor filled(double value) { return at::full({2}, value); }

}  // namespace

TEST_CASE("the index says which shard a tensor is taken from, whatever lies in others") {
  const Shards here;
  here.shard("a.safetensors", {{"x", filled(1)}, {"y", filled(2)}});
  here.shard("b.safetensors", {{"x", filled(3)}, {"y", filled(4)}});
  for (const bool swapped : {false, true}) {
    here.index(swapped ? R"("x": "b.safetensors", "y": "a.safetensors")"
                       : R"("x": "a.safetensors", "y": "b.safetensors")");
    const TensorFolder tensors(here.folder());
    CHECK(tensors.read("x")[0].item<double>() == (swapped ? 3 : 1));
    CHECK(tensors.read("y")[0].item<double>() == (swapped ? 2 : 4));
    CHECK(tensors.names() == std::vector<std::string>{"x", "y"});
    CHECK(tensors.elements() == 4);
  }
}

TEST_CASE("an index that its shards do not bear out is refused") {
  const Shards here;
  here.shard("a.safetensors", {{"x", filled(1)}});
  const auto refused = [&](const std::string& places, const char* what) {
    here.index(places);
    CHECK_THROWS_WITH_AS(TensorFolder{here.folder()}, doctest::Contains(what), CheckpointError);
  };
  refused(R"("x": "a.safetensors", "y": "a.safetensors")",
          "says that `y` is in a.safetensors, which has no such tensor");
  refused(R"("x": "b.safetensors")", "b.safetensors");
  refused(R"("x": "../a.safetensors")", "which is no file beside it");
  refused(R"("x": "..")", "which is no file beside it");
}

TEST_CASE("weights are finite floating-point numbers of the wanted shape") {
  const Shards here;
  const double infinity = std::numeric_limits<double>::infinity();
  here.shard("model.safetensors", {{"nan", filled(std::numeric_limits<double>::quiet_NaN())},
                                   {"infinite", filled(infinity).to(at::kBFloat16)},
                                   {"large", filled(1e30)},
                                   {"whole", at::ones({2}, at::kLong)},
                                   {"right", filled(0.5).to(at::kHalf)}});
  const TensorFolder tensors(here.folder());
  const auto refused = [&](const std::string& name, at::ScalarType dtype, const std::string& what) {
    const std::string place = "model.safetensors: tensor `" + name + "` ";
    CHECK_THROWS_WITH_AS(tensors.read(name, {2}, dtype), doctest::Contains((place + what).c_str()), CheckpointError);
  };
  refused("nan", at::kFloat, "holds numbers that are infinite or none at all");
  refused("infinite", at::kFloat, "holds numbers that are infinite or none at all");
  refused("large", at::kHalf, "holds numbers that are infinite or none at all (NaN), or too large for its new type");
  refused("whole", at::kFloat, "holds integers where floating-point numbers are needed");
  CHECK_THROWS_WITH_AS(tensors.read("right", {3}, at::kFloat), doctest::Contains("has shape [2], but [3] is needed"),
                       CheckpointError);
  CHECK_THROWS_WITH_AS(tensors.read("lost", {2}, at::kFloat), doctest::Contains("`lost` is missing"), CheckpointError);
  CHECK(tensors.read("right", {2}, at::kFloat)[1].item<double>() == 0.5);
  CHECK(tensors.read("large", {2}, at::kFloat)[0].item<float>() == 1e30f);
}
