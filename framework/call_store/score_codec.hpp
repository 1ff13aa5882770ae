#pragma once

#include <espalier/runtime.hpp>
#include <espalier/value_model.hpp>
#include <string>
#include <string_view>

namespace espalier::engine {

/// What a value model said of a state, and what it logically cost.
struct StoredScore {
  Value value;
  Charge charge;
};

/// A score as bytes, and back: the same numbers, bit for bit. Those of older versions lack the money, which is 0 then.
/// Reading throws std::invalid_argument where bytes are none.
std::string encode_score(const StoredScore& score);
StoredScore decode_score(std::string_view bytes);

}  // namespace espalier::engine
