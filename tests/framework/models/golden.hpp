#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <filesystem>
#include <string>
#include <vector>

#include "models/checkpoint/weights.hpp"
#include "models/files/config.hpp"
#include "models/files/json_file.hpp"

/// Small models on a busy machine: threads that wait for one another would take most of the time.
inline const bool one_thread = (at::set_num_threads(1), true);

/// A file or folder below tests/golden/torch.
inline std::filesystem::path golden(const std::string& name) {
  return std::filesystem::path(ESPALIER_SOURCE_DIR) / "tests" / "golden" / "torch" / name;
}

inline espalier::models::JsonFile::Json golden_json(const std::string& name) {
  return espalier::models::JsonFile(golden(name)).root();
}

/// The checkpoints below tests/golden/torch with what transformers makes of them: every family, and every way of
/// attending and rotating.
inline std::vector<std::string> golden_models() {
  std::vector<std::string> names;
  for (const char* room : {"models", "families"})
    for (const auto& entry : std::filesystem::directory_iterator(golden(room)))
      names.push_back(std::string(room) + "/" + entry.path().filename().string());
  return names;
}

/// A fresh empty folder that is removed with this object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "espalier-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A small random Qwen3-like model.
inline espalier::models::ModelConfig small_config() {
  espalier::models::ModelConfig config;
  config.layers = 2;
  config.width = 64;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_width = 24;
  config.feed_forward = 80;
  config.vocabulary = 300;
  config.max_positions = 512;
  config.end_tokens = {0};
  return config;
}

inline double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}
