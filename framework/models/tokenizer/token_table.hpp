#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::models {

/// The spellings of tokens and their ids, found in both directions.
class TokenTable {
 public:
  /// Makes room for ids below `size`.
  explicit TokenTable(std::size_t size);

  /// Whether it could be added: neither id nor spelling was there before. Requires 0 <= id < size.
  bool add(std::string spelling, std::int32_t id);
  /// The id of a spelling; -1 where there is none.
  std::int32_t find(std::string_view spelling) const;
  /// Whether there is a token of this id, and its spelling.
  bool has(std::int32_t id) const;
  std::string_view spelling(std::int32_t id) const { return spellings_[static_cast<std::size_t>(id)]; }
  std::size_t size() const { return spellings_.size(); }

 private:
  struct Slot {
    std::uint32_t hash;
    std::int32_t id = -1;  // -1: free
  };
  std::size_t place(std::string_view spelling, std::uint32_t hash) const;

  std::vector<std::string> spellings_;  // by id
  std::vector<bool> taken_;             // by id
  std::vector<Slot> slots_;             // twice as many as ids at least, a power of two
};

}  // namespace espalier::models
