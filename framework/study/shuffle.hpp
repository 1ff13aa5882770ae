#pragma once

#include <cstddef>
#include <cstdint>
#include <espalier/random.hpp>
#include <utility>
#include <vector>

namespace espalier::study {

/// Fisher and Yates with keyed draws: the new order depends on the key and the number of values only.
template <class T>
void shuffle(std::vector<T>& values, Key key) {
  Random random(key);
  for (std::size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(i) - 1))]);
  }
}

}  // namespace espalier::study
