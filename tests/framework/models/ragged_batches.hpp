#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "golden.hpp"
#include "models/attention/attention.hpp"
#include "models/checkpoint/safetensors.hpp"
#include "models/device/linear.hpp"
#include "models/device/row_kernels.hpp"

/// How far attention over a cache of rows on `device` in `dtype` is from that of the CPU kernels, in what it returns
/// and in what it stores, over three batches with a golden model: prompts of all sizes up to 1,200 rows, then one row
/// of each sequence, then both kinds together.
inline std::vector<double> ragged_differences(const std::string& name, at::Device device, at::ScalarType dtype) {
  using namespace espalier::models;
  const auto folder = golden(name);
  const ModelConfig config = read_config(folder);
  const Weights weights = Weights::read(TensorFolder(folder), config, at::kCPU, at::kFloat);
  const Weights other = Weights::read(TensorFolder(folder), config, device, dtype);
  KvCache here(config, PageLayout::transposed, at::kCPU, at::kFloat), there(config, PageLayout::rows, device, dtype);
  RotaryTable rotary(config, at::kCPU), other_rotary(config, device);
  rotary.reach(2048), other_rotary.reach(2048);
  Sequence aside(here);  // so that pages have the same numbers: page 0 of a cache of rows belongs to no sequence
  aside.append(std::vector<std::int32_t>{1});
  std::vector<Sequence> sequences(24, Sequence(here)), other_sequences(24, Sequence(there));
  std::vector<double> differences;
  for (const int round : {0, 1, 2}) {
    Rows rows, other_rows;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      const int known = sequences[i].length();
      const int fed = round == 1 || (round == 2 && i % 3 != 0) ? 1 : i == 7 ? 1200 : 1 + static_cast<int>(i * i % 40);
      const std::vector<std::int32_t> tokens(static_cast<std::size_t>(fed), 1);
      sequences[i].append(tokens);
      other_sequences[i].append(tokens);
      rows.sequences.push_back(&sequences[i]);
      other_rows.sequences.push_back(&other_sequences[i]);
      for (auto* each : {&rows, &other_rows})
        for (int k = 0; k < fed; ++k) {
          each->sequence_of.push_back(static_cast<int>(i));
          each->position_of.push_back(known + k);
        }
    }
    const std::int64_t count = std::ssize(rows.position_of), padded = padded_rows(count);
    // Numbers that the other type has too.
    const at::Tensor merged =
        at::randn({padded, config.query_width() + 2 * config.kv_width()}).to(dtype).to(at::kFloat);
    const at::Tensor expected = attend_cpu(merged.clone(), rows, 0, weights, here, rotary);
    BatchedAttention batched(other_rows, padded, other);
    batched.prepare(at::tensor(batched.numbers(), at::kLong).to(device), other_rotary);
    const at::Tensor out = batched(merged.to(device, dtype, false, true), 0, other, there).to(at::kCPU, at::kFloat);
    differences.push_back(largest_difference(out.narrow(0, 0, count), expected.narrow(0, 0, count)));
    const auto pages = [](const at::Tensor& stored) { return stored.narrow(0, 1, stored.size(0) - 1); };
    const at::Tensor stored =
        there.rows(0).view({-1, kPage, 2, config.kv_heads, config.head_width}).to(at::kCPU, at::kFloat);
    differences.push_back(largest_difference(pages(stored.select(2, 0).permute({0, 2, 3, 1})), pages(here.keys(0))));
    differences.push_back(largest_difference(pages(stored.select(2, 1).transpose(1, 2)), pages(here.values(0))));
  }
  return differences;
}
