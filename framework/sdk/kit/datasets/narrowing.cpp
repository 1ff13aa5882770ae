#include <algorithm>
#include <espalier/kit/datasets/narrowing.hpp>
#include <map>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace espalier::stored {
namespace {

/// More values than this do not help a reader.
constexpr std::size_t kMostValues = 30;

std::string listed(const std::set<std::string>& values) {
  std::string all;
  std::size_t count = 0;
  for (const auto& value : values) {
    if (++count > kMostValues) return all + ", ...";
    all += (all.empty() ? "\"" : ", \"") + value + '"';
  }
  return all.empty() ? "none" : all;
}

std::set<std::string> values_of(const std::vector<Item>& items, const std::string& attribute) {
  std::set<std::string> names;
  std::set<std::string> values;
  for (const Item& item : items) {
    for (const auto& [name, value] : item.problem.attributes) {
      names.insert(name);
      if (name == attribute) values.insert(value);
    }
  }
  if (values.empty()) {
    throw std::invalid_argument("no problem has the attribute \"" + attribute + "\"; there are: " + listed(names));
  }
  return values;
}

std::set<std::string> alternatives(std::string_view text) {
  std::set<std::string> all;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('|', begin), text.size());
    all.emplace(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return all;
}

/// The places of the items of every stratum.
using Strata = std::map<std::vector<std::string>, std::vector<std::size_t>>;

Strata strata_of(const std::vector<Item>& items, const std::vector<std::string>& by) {
  Strata strata;
  for (std::size_t index = 0; index < items.size(); ++index) {
    std::vector<std::string> values;
    for (const std::string& name : by) {
      const auto& attributes = items[index].problem.attributes;
      const auto found = attributes.find(name);
      if (found == attributes.end()) {
        throw std::invalid_argument("problem " + items[index].problem.id + " has no attribute \"" + name + "\"");
      }
      values.push_back(found->second);
    }
    strata[std::move(values)].push_back(index);
  }
  return strata;
}

/// How many of each stratum are taken, by largest remainder; equal remainders in the order of the strata.
std::vector<std::size_t> quotas(const Strata& strata, std::size_t size, std::size_t all) {
  std::vector<std::size_t> quotas;
  std::vector<std::pair<std::size_t, std::size_t>> remainders;  // largest first, by place
  std::size_t left = size;
  for (const auto& [values, members] : strata) {
    const std::size_t share = size * members.size();
    remainders.emplace_back(all - share % all, quotas.size());
    quotas.push_back(share / all);
    left -= quotas.back();
  }
  std::sort(remainders.begin(), remainders.end());
  for (std::size_t i = 0; i < left; ++i) ++quotas[remainders[i].second];
  return quotas;
}

}  // namespace

void keep_where(std::vector<Item>& items, const std::vector<Named<std::string>>& conditions) {
  for (const auto& [attribute, text] : conditions) {
    const std::set<std::string> there = values_of(items, attribute);
    const std::set<std::string> wanted = alternatives(text);
    for (const std::string& value : wanted) {
      if (there.contains(value)) continue;
      throw std::invalid_argument("no problem has the " + attribute + " \"" + value +
                                  "\"; there are: " + listed(there));
    }
    std::erase_if(items, [&, &name = attribute](const Item& item) {
      const auto found = item.problem.attributes.find(name);
      return found == item.problem.attributes.end() || !wanted.contains(found->second);
    });
  }
}

void keep_sample(std::vector<Item>& items, const SampleParams& params) {
  if (!params.size) return;
  const auto size = static_cast<std::size_t>(*params.size);
  if (size > items.size()) {
    throw std::invalid_argument("the sample asks for " + std::to_string(size) + " of " + std::to_string(items.size()) +
                                " problems");
  }
  const Strata strata = strata_of(items, params.by);
  const std::vector<std::size_t> places = quotas(strata, size, items.size());
  const Key key = Key{static_cast<std::uint64_t>(params.seed), 0}.child("sample");
  std::vector<std::size_t> taken;
  std::size_t stratum = 0;
  for (const auto& [values, members] : strata) {
    std::vector<std::pair<std::uint64_t, std::size_t>> drawn;
    for (const std::size_t index : members) drawn.emplace_back(draw_bits(key.child(items[index].problem.id), 0), index);
    std::sort(drawn.begin(), drawn.end());
    for (std::size_t i = 0; i < places[stratum]; ++i) taken.push_back(drawn[i].second);
    ++stratum;
  }
  std::sort(taken.begin(), taken.end());
  std::vector<Item> sample;
  for (const std::size_t index : taken) sample.push_back(std::move(items[index]));
  items = std::move(sample);
}

void shuffle(std::vector<Item>& items, std::uint64_t seed) {
  Random random(Key{seed, 0}.child("shuffle"));
  for (std::size_t left = items.size(); left > 1; --left) {
    std::swap(items[left - 1], items[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(left) - 1))]);
  }
}

}  // namespace espalier::stored
