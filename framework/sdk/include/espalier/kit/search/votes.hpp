#pragma once

#include <algorithm>
#include <espalier/search.hpp>
#include <map>
#include <string>
#include <vector>

namespace espalier {

/// A terminal state with the weight of its vote.
struct Ballot {
  State state;
  double weight = 1.0;
  double value = 0.0;  ///< chooses among those who voted alike
};

/// Counts votes: terminals with equal canonical answers are one party, states without an answer have no vote. Returns
/// all ballots, best first: by the weight of their party, then by their own value; ties go to whoever came first. The
/// score is the party's share of all weight.
inline std::vector<Ranked> count_votes(const Episode& episode, const std::vector<Ballot>& ballots) {
  struct Party {
    double weight = 0;
    std::size_t first = 0;
  };
  std::map<std::string, Party> parties;
  std::vector<const Party*> party_of(ballots.size(), nullptr);
  double total = 0;
  for (std::size_t i = 0; i < ballots.size(); ++i) {
    const auto answer = episode.answer(ballots[i].state);
    if (!answer) continue;
    auto& party = parties.try_emplace(answer->canonical, Party{.weight = 0, .first = i}).first->second;
    party.weight += ballots[i].weight;
    total += ballots[i].weight;
    party_of[i] = &party;
  }
  std::vector<std::size_t> order(ballots.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Party* const one = party_of[a];
    const Party* const other = party_of[b];
    if ((one == nullptr) != (other == nullptr)) return other == nullptr;
    if (one != other && one->weight != other->weight) return one->weight > other->weight;
    if (one != other) return one->first < other->first;
    return ballots[a].value > ballots[b].value;
  });
  std::vector<Ranked> ranked;
  for (const std::size_t i : order) {
    const double share = party_of[i] != nullptr && total > 0 ? party_of[i]->weight / total : 0.0;
    ranked.push_back({ballots[i].state, share});
  }
  return ranked;
}

}  // namespace espalier
