#pragma once

#include <cstdint>
#include <espalier/dataset.hpp>
#include <espalier/params.hpp>
#include <optional>
#include <string>
#include <vector>

namespace espalier::stored {

/// `sample = { size = 100, by = ["level"] }`.
struct SampleParams : Params {
  using Params::Params;
  std::optional<int> size = maybe<int>("size", "How many problems are drawn; absent: all stay.", between(1, 1e9));
  std::vector<std::string> by =
      field("by", std::vector<std::string>{}, "Attributes whose values keep their shares in the sample.");
  std::int64_t seed = field("seed", std::int64_t{0}, "Another seed draws other problems.");
};

/// Keeps the items whose attributes have the values asked for: each condition names an attribute and a value, or
/// several with "|" between them. Throws std::invalid_argument on an attribute or value that no item has, naming those
/// there are.
void keep_where(std::vector<Item>& items, const std::vector<Named<std::string>>& conditions);

/// Keeps a sample, in the old order. Items that agree in all attributes of `by` are a stratum; a stratum of n of N
/// items gets size * n / N places, rounded down, and what is left goes to the largest remainders. Within a stratum the
/// items with the smallest of N draws keyed by seed and problem id are taken, so that neither the order of a file nor
/// other strata decide. Throws std::invalid_argument when there are too few items or one lacks an attribute.
void keep_sample(std::vector<Item>& items, const SampleParams& params);

/// Puts items in an order drawn from a seed (Fisher and Yates).
void shuffle(std::vector<Item>& items, std::uint64_t seed);

}  // namespace espalier::stored
