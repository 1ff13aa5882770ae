#include "call_store/score_codec.hpp"

#include <cstring>
#include <stdexcept>

namespace espalier::engine {

std::string encode_score(const StoredScore& score) {
  std::string bytes;
  const auto add = [&](auto number) { bytes.append(reinterpret_cast<const char*>(&number), sizeof number); };
  add(score.value.mean);
  add(score.value.deviation);
  add(score.charge.tokens);
  add(score.charge.new_tokens);
  add(score.charge.flops);
  add(score.charge.money);
  return bytes;
}

StoredScore decode_score(std::string_view bytes) {
  StoredScore score;
  const auto take = [&](auto& number) {
    if (bytes.size() < sizeof number) throw std::invalid_argument("a score ends early");
    std::memcpy(&number, bytes.data(), sizeof number);
    bytes.remove_prefix(sizeof number);
  };
  take(score.value.mean);
  take(score.value.deviation);
  take(score.charge.tokens);
  take(score.charge.new_tokens);
  take(score.charge.flops);
  if (!bytes.empty()) take(score.charge.money);
  if (!bytes.empty()) throw std::invalid_argument("a score is longer than one is");
  return score;
}

}  // namespace espalier::engine
