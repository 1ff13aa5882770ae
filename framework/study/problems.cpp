#include "problems.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <stdexcept>
#include <utility>

#include "host/nearest.hpp"
#include "study/shuffle.hpp"

namespace espalier::study {
namespace {

/// What cannot be selected, in words.
class ProblemsError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::vector<std::size_t> order(std::size_t count, const std::optional<int>& seed) {
  std::vector<std::size_t> indices(count);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  if (seed) shuffle(indices, Key{static_cast<std::uint64_t>(*seed), 0}.child("espalier").child("shuffle"));
  return indices;
}

std::size_t split_size(const ProblemsParams& params) {
  try {
    return params.dataset->size(params.split);
  } catch (const std::invalid_argument&) {
    std::string known;
    for (const auto& split : params.dataset->splits()) known += (known.empty() ? "" : ", ") + split;
    throw ProblemsError("the dataset has no split \"" + params.split + "\"; it has: " + known);
  }
}

std::vector<Item> selected(const ProblemsParams& params) {
  const std::size_t size = split_size(params);
  std::set<std::string> missing(params.ids.begin(), params.ids.end());
  const auto grader = params.dataset->grader();
  const auto limit = params.limit == 0 ? size : static_cast<std::size_t>(params.limit);
  auto skipped = static_cast<std::size_t>(params.offset);
  std::vector<Item> chosen;
  for (const std::size_t index : order(size, params.shuffle)) {
    if (chosen.size() == limit) break;
    // With a list of ids every item must be looked at; without one, what is left out need not be made.
    if (params.ids.empty() && skipped > 0) {
      --skipped;
      continue;
    }
    Item item = params.dataset->at(params.split, index);
    if (!params.ids.empty()) {
      if (missing.erase(item.problem.id) == 0) continue;
      if (skipped > 0) {
        --skipped;
        continue;
      }
    }
    if (!grader->reference(item.gold)) {
      throw ProblemsError("problem " + item.problem.id + " has the gold answer \"" + item.gold +
                          "\", which the dataset's grader cannot read; choose another grader");
    }
    chosen.push_back(std::move(item));
  }
  if (!missing.empty() && chosen.size() < limit) {
    throw ProblemsError("split \"" + params.split + "\" has no problem \"" + *missing.begin() + "\"");
  }
  if (chosen.empty())
    throw ProblemsError("no problem is selected: split \"" + params.split + "\" has " + std::to_string(size));
  return chosen;
}

}  // namespace

void check_problems(host::Workshop& workshop, const host::Node& stage, std::string_view key, host::DryPass& pass) {
  const host::Node* table = stage.find(key);
  const host::Node* dataset = table != nullptr ? table->find("dataset") : nullptr;
  const auto facts = dataset != nullptr ? workshop.facts_of<Dataset>(*dataset) : std::nullopt;
  if (!facts || facts->splits.empty()) return;
  const host::Node* split = table->find("split");
  const std::string name(table->text_or("split", "test"));
  if (std::find(facts->splits.begin(), facts->splits.end(), name) != facts->splits.end()) return;
  pass.diagnostics.error(split != nullptr ? split->position : table->position,
                         host::join_path(table->path, "split") + ": the dataset has no split \"" + name + "\"" +
                             host::did_you_mean(name, facts->splits) + "; splits: " + host::enumerate(facts->splits));
}

std::vector<Item> select_problems(const ProblemsParams& params, const host::Node& stage, std::string_view key) {
  try {
    return selected(params);
  } catch (const ProblemsError& error) {
    const host::Node* node = stage.find(key);
    throw host::ManifestError(node != nullptr ? node->position : stage.position,
                              host::join_path(stage.path, key) + ": " + error.what());
  }
}

}  // namespace espalier::study
