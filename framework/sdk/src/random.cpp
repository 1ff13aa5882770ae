#include <Random123/philox.h>

#include <algorithm>
#include <cstring>
#include <espalier/random.hpp>

namespace espalier {
namespace {

using Philox = r123::Philox4x64;

/// Keeps children by number, children by name and draws apart: the last counter word.
enum class Use : std::uint64_t { number = 1, name = 2, draw = 3 };

Philox::ctr_type scramble(const Key& key, std::uint64_t first, std::uint64_t second, Use use) {
  const Philox::ctr_type counter{{first, second, 0, static_cast<std::uint64_t>(use)}};
  const Philox::key_type philox_key{{key.hi, key.lo}};
  return Philox()(counter, philox_key);
}

Key as_key(const Philox::ctr_type& words) { return {words[0], words[1]}; }

}  // namespace

Key Key::child(std::uint64_t number) const { return as_key(scramble(*this, number, 0, Use::number)); }

Key Key::child(std::string_view name) const {
  // Chained over 8-byte blocks, opened by the length, so that no name is a prefix of another's chain.
  Key key = as_key(scramble(*this, name.size(), 0, Use::name));
  for (std::size_t at = 0; at < name.size(); at += 8) {
    std::uint64_t block = 0;
    std::memcpy(&block, name.data() + at, std::min<std::size_t>(8, name.size() - at));
    key = as_key(scramble(key, block, 1, Use::name));
  }
  return key;
}

std::uint64_t draw_bits(const Key& key, std::uint64_t index) { return scramble(key, index, 0, Use::draw)[0]; }

double draw_uniform(const Key& key, std::uint64_t index) {
  return static_cast<double>(draw_bits(key, index) >> 11) * 0x1.0p-53;
}

}  // namespace espalier
