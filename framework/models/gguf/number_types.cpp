#include "models/gguf/number_types.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

// Every type is a block layout of ggml; its decoder is a plain loop without branches, which the compiler vectorises.
// A product and the sum behind it are rounded one after the other, as the gguf package does: this file is compiled
// without contraction into fused operations.

namespace espalier::models {
namespace {

using Byte = std::uint8_t;

float half_at(const Byte* data) {
  std::uint16_t half = 0;
  std::memcpy(&half, data, sizeof half);
  // The exponent is rebiased by a multiplication, which is exact and right for subnormal numbers too.
  const std::uint32_t magnitude = half & 0x7FFFu;
  const auto rebiased = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude << 13) * 0x1p112f);
  const std::uint32_t infinite = magnitude >= 0x7C00u ? 0x7F80'0000u : 0u;
  return std::bit_cast<float>(rebiased | infinite | (half & 0x8000u) << 16);
}

std::int8_t signed_at(const Byte* data) { return std::bit_cast<std::int8_t>(*data); }

void f32(const Byte* data, float* out) { std::memcpy(out, data, sizeof *out); }

void f16(const Byte* data, float* out) { *out = half_at(data); }

void bf16(const Byte* data, float* out) {
  std::uint16_t upper = 0;
  std::memcpy(&upper, data, sizeof upper);
  *out = std::bit_cast<float>(std::uint32_t{upper} << 16);
}

void q4_0(const Byte* data, float* out) {
  const float scale = half_at(data);
  const Byte* const packed = data + 2;
  for (int i = 0; i < 16; ++i) {
    out[i] = scale * static_cast<float>((packed[i] & 15) - 8);
    out[i + 16] = scale * static_cast<float>((packed[i] >> 4) - 8);
  }
}

void q4_1(const Byte* data, float* out) {
  const float scale = half_at(data), least = half_at(data + 2);
  const Byte* const packed = data + 4;
  for (int i = 0; i < 16; ++i) {
    out[i] = scale * static_cast<float>(packed[i] & 15) + least;
    out[i + 16] = scale * static_cast<float>(packed[i] >> 4) + least;
  }
}

// The fifth bits of 32 numbers lie in one word before the packed lower four.
std::uint32_t word_at(const Byte* data) {
  std::uint32_t word = 0;
  std::memcpy(&word, data, sizeof word);
  return word;
}

int fifth_bit(std::uint32_t word, int i) { return static_cast<int>((word >> i & 1u) << 4); }

void q5_0(const Byte* data, float* out) {
  const float scale = half_at(data);
  const std::uint32_t upper = word_at(data + 2);
  const Byte* const packed = data + 6;
  for (int i = 0; i < 16; ++i) {
    out[i] = scale * static_cast<float>(((packed[i] & 15) | fifth_bit(upper, i)) - 16);
    out[i + 16] = scale * static_cast<float>(((packed[i] >> 4) | fifth_bit(upper, i + 16)) - 16);
  }
}

void q5_1(const Byte* data, float* out) {
  const float scale = half_at(data), least = half_at(data + 2);
  const std::uint32_t upper = word_at(data + 4);
  const Byte* const packed = data + 8;
  for (int i = 0; i < 16; ++i) {
    out[i] = scale * static_cast<float>((packed[i] & 15) | fifth_bit(upper, i)) + least;
    out[i + 16] = scale * static_cast<float>((packed[i] >> 4) | fifth_bit(upper, i + 16)) + least;
  }
}

void q8_0(const Byte* data, float* out) {
  const float scale = half_at(data);
  for (int i = 0; i < 32; ++i) out[i] = scale * static_cast<float>(signed_at(data + 2 + i));
}

// The K types: 256 numbers in groups that share a small integer scale; two floats make the scales real ones.

void q2_k(const Byte* data, float* out) {
  const Byte* const scales = data;
  const Byte* const packed = data + 16;
  const float scale = half_at(data + 80), least = half_at(data + 82);
  for (int group = 0; group < 16; ++group) {
    const float step = scale * static_cast<float>(scales[group] & 15);
    const float offset = least * static_cast<float>(scales[group] >> 4);
    const Byte* const bytes = packed + group / 8 * 32 + group % 2 * 16;
    const int shift = group / 2 % 4 * 2;
    for (int i = 0; i < 16; ++i) out[group * 16 + i] = step * static_cast<float>(bytes[i] >> shift & 3) - offset;
  }
}

void q3_k(const Byte* data, float* out) {
  const Byte* const upper = data;
  const Byte* const packed = data + 32;
  const Byte* const scales = data + 96;
  const float scale = half_at(data + 108);
  for (int group = 0; group < 16; ++group) {
    // Six bits: four of them in the first eight bytes, two in the last four.
    const int low = group < 8 ? scales[group] & 15 : scales[group - 8] >> 4;
    const int high = scales[8 + group % 4] >> group / 4 * 2 & 3;
    const float step = scale * static_cast<float>((low | high << 4) - 32);
    const Byte* const bytes = packed + group / 8 * 32 + group % 2 * 16;
    const Byte* const bits = upper + group % 2 * 16;
    const int shift = group / 2 % 4 * 2, bit = group / 2;
    for (int i = 0; i < 16; ++i) {
      const int third = (bits[i] >> bit & 1) << 2;  // set: nothing is taken away
      out[group * 16 + i] = step * static_cast<float>((bytes[i] >> shift & 3) + third - 4);
    }
  }
}

// Scale and offset of group 0 .. 7 of a Q4_K or Q5_K block, six bits each, packed into twelve bytes.
struct ScaleAndOffset {
  int scale, offset;
};
ScaleAndOffset six_bits(const Byte* scales, int group) {
  if (group < 4) return {scales[group] & 63, scales[group + 4] & 63};
  return {(scales[group + 4] & 15) | scales[group - 4] >> 6 << 4, scales[group + 4] >> 4 | scales[group] >> 6 << 4};
}

void q4_k(const Byte* data, float* out) {
  const float scale = half_at(data), least = half_at(data + 2);
  const Byte* const packed = data + 16;
  for (int group = 0; group < 8; ++group) {
    const auto [factor, offset] = six_bits(data + 4, group);
    const float step = scale * static_cast<float>(factor), below = least * static_cast<float>(offset);
    const Byte* const bytes = packed + group / 2 * 32;
    const int shift = group % 2 * 4;
    for (int i = 0; i < 32; ++i) out[group * 32 + i] = step * static_cast<float>(bytes[i] >> shift & 15) - below;
  }
}

void q5_k(const Byte* data, float* out) {
  const float scale = half_at(data), least = half_at(data + 2);
  const Byte* const upper = data + 16;
  const Byte* const packed = data + 48;
  for (int group = 0; group < 8; ++group) {
    const auto [factor, offset] = six_bits(data + 4, group);
    const float step = scale * static_cast<float>(factor), below = least * static_cast<float>(offset);
    const Byte* const bytes = packed + group / 2 * 32;
    const int shift = group % 2 * 4;
    for (int i = 0; i < 32; ++i) {
      const int number = (bytes[i] >> shift & 15) | (upper[i] >> group & 1) << 4;
      out[group * 32 + i] = step * static_cast<float>(number) - below;
    }
  }
}

void q6_k(const Byte* data, float* out) {
  const Byte* const lower = data;
  const Byte* const upper = data + 128;
  const Byte* const scales = data + 192;
  const float scale = half_at(data + 208);
  for (int group = 0; group < 16; ++group) {
    const float step = scale * static_cast<float>(signed_at(scales + group));
    const int half = group / 8, quarter = group / 2 % 4, at = group % 2 * 16;
    const Byte* const fours = lower + half * 64 + quarter % 2 * 32 + at;
    const Byte* const twos = upper + half * 32 + at;
    for (int i = 0; i < 16; ++i) {
      const int number = (fours[i] >> quarter / 2 * 4 & 15) | (twos[i] >> quarter * 2 & 3) << 4;
      out[group * 16 + i] = step * static_cast<float>(number - 32);
    }
  }
}

template <auto Decode, int Numbers, int Bytes>
void all(const Byte* data, std::size_t blocks, float* out) {
  for (std::size_t i = 0; i < blocks; ++i) Decode(data + i * Bytes, out + i * Numbers);
}

template <auto Decode, int Numbers, int Bytes>
constexpr GgufNumbers read(std::uint32_t id, std::string_view name) {
  return {id, name, Numbers, Bytes, all<Decode, Numbers, Bytes>};
}
constexpr GgufNumbers named(std::uint32_t id, std::string_view name) { return {id, name, 0, 0, nullptr}; }

constexpr std::array kNumbers = {read<f32, 1, 4>(0, "F32"),
                                 read<f16, 1, 2>(1, "F16"),
                                 read<bf16, 1, 2>(30, "BF16"),
                                 read<q4_0, 32, 18>(2, "Q4_0"),
                                 read<q4_1, 32, 20>(3, "Q4_1"),
                                 read<q5_0, 32, 22>(6, "Q5_0"),
                                 read<q5_1, 32, 24>(7, "Q5_1"),
                                 read<q8_0, 32, 34>(8, "Q8_0"),
                                 read<q2_k, 256, 84>(10, "Q2_K"),
                                 read<q3_k, 256, 110>(11, "Q3_K"),
                                 read<q4_k, 256, 144>(12, "Q4_K"),
                                 read<q5_k, 256, 176>(13, "Q5_K"),
                                 read<q6_k, 256, 210>(14, "Q6_K"),
                                 named(9, "Q8_1"),
                                 named(15, "Q8_K"),
                                 named(16, "IQ2_XXS"),
                                 named(17, "IQ2_XS"),
                                 named(18, "IQ3_XXS"),
                                 named(19, "IQ1_S"),
                                 named(20, "IQ4_NL"),
                                 named(21, "IQ3_S"),
                                 named(22, "IQ2_S"),
                                 named(23, "IQ4_XS"),
                                 named(24, "I8"),
                                 named(25, "I16"),
                                 named(26, "I32"),
                                 named(27, "I64"),
                                 named(28, "F64"),
                                 named(29, "IQ1_M"),
                                 named(34, "TQ1_0"),
                                 named(35, "TQ2_0"),
                                 named(39, "MXFP4"),
                                 named(40, "NVFP4"),
                                 named(41, "Q1_0")};

}  // namespace

const GgufNumbers* find_gguf_numbers(std::uint32_t id) {
  const auto* const found = std::ranges::find(kNumbers, id, &GgufNumbers::id);
  return found == kNumbers.end() ? nullptr : found;
}

std::span<const GgufNumbers> gguf_numbers() { return kNumbers; }

}  // namespace espalier::models
