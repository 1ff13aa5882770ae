#pragma once

#include <cstddef>
#include <espalier/learning.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "study/learning/trees.hpp"

namespace espalier::study {

/// States that were left out of search trees.
struct TooLongStates {
  std::size_t states = 0;
  std::string first;  ///< where the first of them is: "problem 17", or "points.jsonl:9" of an imported file

  void add(const TooLongStates& more);
};

/// Takes out of `trees` the states that are longer than `learner` can read, with all that follow them, and trees of
/// which nothing is left: one long trajectory must not cost a fit. `file` is what trees were imported from, if they
/// were.
TooLongStates leave_out_too_long(std::vector<SearchTree>& trees, const Topology& topology, const Learner& learner,
                                 const std::filesystem::path& file);

}  // namespace espalier::study
