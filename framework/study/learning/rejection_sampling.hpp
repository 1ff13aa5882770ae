#pragma once

#include <cstdint>
#include <vector>

#include "engine/team.hpp"
#include "study/learning/training_examples.hpp"
#include "study/learning/trees.hpp"

namespace espalier::study {

/// What was said on the trajectories of search trees that ended right: for every message, what its agent was shown and
/// what it said. Trees without such a trajectory are no subject.
class RejectionSampling final : public ExampleSource {
 public:
  /// At most `trajectories` trajectories of one tree (0: all), drawn by `key` and anew every round, so that few
  /// problems with many right trajectories do not crowd out the others. Messages that several of them share are learned
  /// once. `transcripts`: every trajectory is a training example as a whole too. All must outlive this.
  RejectionSampling(const std::vector<SearchTree>& trees, const engine::Team& team, int trajectories, bool transcripts,
                    Key key);

  std::size_t size() const override { return successful_.size(); }
  std::vector<TrainingExample> about(std::size_t subject, std::uint64_t round) const override;

 private:
  /// A tree with the terminals that ended right.
  struct SuccessfulTree {
    const SearchTree* tree;
    std::vector<std::size_t> ends;
  };

  TrainingExample example_at(const SearchTree& tree, std::size_t node) const;

  const engine::Team& team_;
  std::vector<SuccessfulTree> successful_;
  int trajectories_;
  bool transcripts_;
  Key key_;
};

}  // namespace espalier::study
