#pragma once

#include <algorithm>
#include <cstddef>
#include <espalier/search.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace espalier {

/// A terminal state with the weight of its vote.
struct Ballot {
  State state;
  double weight = 1.0;
  double value = 0.0;  ///< chooses among those who voted alike
};

namespace detail {

/// Ballots of one canonical form, and the party that they are of.
struct Opinion {
  Answer answer;
  double weight = 0;
  std::size_t first = 0;   ///< the first ballot that says so
  std::size_t centre = 0;  ///< the opinion that all of its party agree with, perhaps itself
  double party_weight = 0;
  std::size_t party_first = 0;
};

/// Of so many opinions, the heaviest, each is compared with each; the others stay by themselves.
inline constexpr std::size_t kMostCompared = 128;

/// Joins opinions to parties. Agreement need not be transitive (0.333333 and 0.3333333 may both stand for 1/3, and not
/// for one another), so that a chain of it is no party: the opinion that most weight agrees with is joined by just those
/// that agree with it, then the same happens among the rest. Where agreement is transitive, parties are its classes.
inline void join_parties(const Episode& episode, std::vector<Opinion>& opinions) {
  std::vector<std::size_t> open(opinions.size());
  for (std::size_t i = 0; i < open.size(); ++i) {
    open[i] = opinions[i].centre = i;
    opinions[i].party_weight = opinions[i].weight;
    opinions[i].party_first = opinions[i].first;
  }
  std::stable_sort(open.begin(), open.end(),
                   [&](std::size_t a, std::size_t b) { return opinions[a].weight > opinions[b].weight; });
  open.resize(std::min(open.size(), kMostCompared));
  std::sort(open.begin(), open.end());
  const std::size_t count = opinions.size();
  std::vector<bool> agree(open.size() * count);  // by place in `compared`, and opinion
  const std::vector<std::size_t> compared = open;
  for (std::size_t a = 0; a < compared.size(); ++a) {
    agree[a * count + compared[a]] = true;
    for (std::size_t b = 0; b < a; ++b) {
      const bool both = episode.agree(opinions[compared[a]].answer, opinions[compared[b]].answer);
      agree[a * count + compared[b]] = agree[b * count + compared[a]] = both;
    }
  }
  while (!open.empty()) {
    std::size_t centre = 0;
    double most = -1;
    for (std::size_t a = 0; a < compared.size(); ++a) {
      if (!std::binary_search(open.begin(), open.end(), compared[a])) continue;
      double weight = 0;
      for (const std::size_t i : open) weight += agree[a * count + i] ? opinions[i].weight : 0;
      if (weight > most) centre = a, most = weight;
    }
    std::size_t first = opinions[compared[centre]].first;
    for (const std::size_t i : open)
      if (agree[centre * count + i]) first = std::min(first, opinions[i].first);
    std::erase_if(open, [&](std::size_t i) {
      if (!agree[centre * count + i]) return false;
      opinions[i].centre = compared[centre];
      opinions[i].party_weight = most;
      opinions[i].party_first = first;
      return true;
    });
  }
}

}  // namespace detail

/// Counts votes: terminals whose answers agree are one party, states without an answer have no vote. Returns all
/// ballots, best first: by the weight of their party, then by their own value; ties go to those with whom all of the
/// party agree, and to whoever came first. The score is the party's share of all weight.
inline std::vector<Ranked> count_votes(const Episode& episode, const std::vector<Ballot>& ballots) {
  std::map<std::string, std::size_t> places;
  std::vector<detail::Opinion> opinions;
  std::vector<std::optional<std::size_t>> opinion_of(ballots.size());
  double total = 0;
  for (std::size_t i = 0; i < ballots.size(); ++i) {
    const auto answer = episode.answer(ballots[i].state);
    if (!answer) continue;
    const auto [place, fresh] = places.try_emplace(answer->canonical, opinions.size());
    if (fresh) opinions.push_back({.answer = *answer, .first = i});
    opinions[place->second].weight += ballots[i].weight;
    total += ballots[i].weight;
    opinion_of[i] = place->second;
  }
  detail::join_parties(episode, opinions);
  std::vector<std::size_t> order(ballots.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (opinion_of[a].has_value() != opinion_of[b].has_value()) return opinion_of[a].has_value();
    if (!opinion_of[a]) return ballots[a].value > ballots[b].value;
    const detail::Opinion& one = opinions[*opinion_of[a]];
    const detail::Opinion& other = opinions[*opinion_of[b]];
    if (one.party_weight != other.party_weight) return one.party_weight > other.party_weight;
    if (one.centre != other.centre) return one.party_first < other.party_first;
    if (ballots[a].value != ballots[b].value) return ballots[a].value > ballots[b].value;
    return one.centre == *opinion_of[a] && other.centre != *opinion_of[b];
  });
  std::vector<Ranked> ranked;
  for (const std::size_t i : order) {
    const double share = opinion_of[i] && total > 0 ? opinions[*opinion_of[i]].party_weight / total : 0.0;
    ranked.push_back({ballots[i].state, share});
  }
  return ranked;
}

}  // namespace espalier
