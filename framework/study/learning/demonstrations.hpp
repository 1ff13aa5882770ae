#pragma once

#include <cstdint>
#include <espalier/dataset.hpp>
#include <vector>

#include "engine/team.hpp"
#include "study/learning/training_examples.hpp"

namespace espalier::study {

/// Demonstrated dialogues about problems: every role says its gold message, and later roles hear that (or what the
/// dialogue plants in its place). All is a function of
/// key, problem and round.
class Dialogues final : public ExampleSource {
 public:
  /// One team per graph, with so many dialogues per problem on it. `transcripts`: a whole dialogue is a training
  /// example too. All must outlive this.
  Dialogues(const Dataset& dataset, const std::vector<Item>& items, const std::vector<engine::Team>& teams,
            std::vector<int> per_problem, bool transcripts, Key key);

  std::size_t size() const override { return items_.size(); }
  std::vector<TrainingExample> about(std::size_t subject, std::uint64_t round) const override;

 private:
  void hold(const engine::Team& team, const Item& item, Key key, std::vector<TrainingExample>& examples) const;

  const Dataset& dataset_;
  const std::vector<Item>& items_;
  const std::vector<engine::Team>& teams_;
  std::vector<int> per_problem_;
  bool transcripts_;
  Key key_;
};

}  // namespace espalier::study
