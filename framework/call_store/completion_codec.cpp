#include "call_store/completion_codec.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace espalier::engine {
namespace {

static_assert(std::endian::native == std::endian::little, "stored floats are little-endian");

constexpr char kFormatWithoutUsage = 1;
constexpr char kFormat = 2;

void append_varint(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  bytes += static_cast<char>(value);
}

constexpr std::uint32_t zigzag(std::int32_t value) {
  return (static_cast<std::uint32_t>(value) << 1) ^ static_cast<std::uint32_t>(value >> 31);
}
constexpr std::int32_t unzigzag(std::uint32_t value) {
  return static_cast<std::int32_t>(value >> 1) ^ -static_cast<std::int32_t>(value & 1);
}

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::uint64_t length) {
    if (length > rest_.size()) throw std::invalid_argument("a stored completion is cut short");
    const auto taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }
  char byte() { return take(1).front(); }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto next = static_cast<std::uint8_t>(byte());
      value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    throw std::invalid_argument("a stored completion has a number that is too long");
  }
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
};

}  // namespace

std::string encode_completion(const Completion& completion) {
  const auto& tokens = completion.tokens;
  const auto& logprobs = completion.logprobs;
  if (!tokens.empty() && logprobs.size() != tokens.size()) {
    throw std::invalid_argument("a completion has " + std::to_string(tokens.size()) + " tokens and " +
                                std::to_string(logprobs.size()) + " log-probabilities");
  }
  std::string bytes;
  bytes.reserve(completion.text.size() + 3 * tokens.size() + 4 * logprobs.size() + 24);
  bytes += kFormat;
  bytes += static_cast<char>(completion.finish);
  append_varint(bytes, static_cast<std::uint64_t>(completion.prompt_tokens));
  for (const int count : {completion.usage.input, completion.usage.cached, completion.usage.output})
    append_varint(bytes, static_cast<std::uint64_t>(count));
  append_varint(bytes, completion.text.size());
  bytes += completion.text;
  append_varint(bytes, tokens.size());
  for (const auto token : tokens) append_varint(bytes, zigzag(token));
  append_varint(bytes, logprobs.size());
  if (!logprobs.empty()) {
    bytes.append(reinterpret_cast<const char*>(logprobs.data()), logprobs.size() * sizeof(float));
  }
  return bytes;
}

Completion decode_completion(std::string_view bytes) {
  Cursor cursor(bytes);
  const char format = cursor.byte();
  if (format != kFormat && format != kFormatWithoutUsage)
    throw std::invalid_argument("a stored completion has an unknown format");
  Completion completion;
  const char finish = cursor.byte();
  if (finish != static_cast<char>(Finish::stop) && finish != static_cast<char>(Finish::length)) {
    throw std::invalid_argument("a stored completion ends in an unknown way");
  }
  completion.finish = static_cast<Finish>(finish);
  completion.prompt_tokens = static_cast<int>(cursor.varint());
  if (format == kFormat) {
    for (int* const count : {&completion.usage.input, &completion.usage.cached, &completion.usage.output})
      *count = static_cast<int>(cursor.varint());
  }
  completion.text = cursor.take(cursor.varint());
  const std::uint64_t count = cursor.varint();
  if (count > cursor.left()) throw std::invalid_argument("a stored completion is cut short");
  completion.tokens.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i)
    completion.tokens.push_back(unzigzag(static_cast<std::uint32_t>(cursor.varint())));
  const std::uint64_t known = format == kFormat ? cursor.varint() : count;
  if (known > cursor.left()) throw std::invalid_argument("a stored completion is cut short");
  const auto floats = cursor.take(known * sizeof(float));
  completion.logprobs.resize(known);
  if (known > 0) std::memcpy(completion.logprobs.data(), floats.data(), floats.size());
  if (cursor.left() != 0) throw std::invalid_argument("a stored completion has bytes left over");
  return completion;
}

}  // namespace espalier::engine
