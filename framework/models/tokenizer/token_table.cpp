#include "models/tokenizer/token_table.hpp"

#include <bit>
#include <functional>

namespace espalier::models {
namespace {

std::uint32_t hash_of(std::string_view spelling) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(spelling));
}

}  // namespace

TokenTable::TokenTable(std::size_t size)
    : spellings_(size), taken_(size), slots_(std::bit_ceil(2 * size + 1), Slot{0, -1}) {}

// The slot that holds the spelling, or the free one where it would be.
std::size_t TokenTable::place(std::string_view spelling, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].id >= 0 &&
         (slots_[at].hash != hash || spellings_[static_cast<std::size_t>(slots_[at].id)] != spelling))
    at = (at + 1) & mask;
  return at;
}

bool TokenTable::add(std::string spelling, std::int32_t id) {
  const std::uint32_t hash = hash_of(spelling);
  Slot& slot = slots_[place(spelling, hash)];
  if (slot.id >= 0 || has(id)) return false;
  slot = {hash, id};
  taken_[static_cast<std::size_t>(id)] = true;
  spellings_[static_cast<std::size_t>(id)] = std::move(spelling);
  return true;
}

std::int32_t TokenTable::find(std::string_view spelling) const { return slots_[place(spelling, hash_of(spelling))].id; }

bool TokenTable::has(std::int32_t id) const {
  return id >= 0 && static_cast<std::size_t>(id) < taken_.size() && taken_[static_cast<std::size_t>(id)];
}

}  // namespace espalier::models
