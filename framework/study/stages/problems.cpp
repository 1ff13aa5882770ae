#include "study/stages/problems.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <stdexcept>
#include <utility>

#include "engine/activity_page.hpp"
#include "host/nearest.hpp"
#include "study/shuffle.hpp"
#include "study/stages/frozen_problems.hpp"

namespace espalier::study {
namespace {

/// What cannot be selected: a key of the problems' table, and what is wrong with it, to be said behind its path.
struct ProblemsError {
  std::string_view key;
  std::string what;
};

std::vector<std::size_t> order(std::size_t count, const std::optional<int>& seed) {
  std::vector<std::size_t> indices(count);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  if (seed) shuffle(indices, Key{static_cast<std::uint64_t>(*seed), 0}.child("espalier").child("shuffle"));
  return indices;
}

std::vector<Item> all_items(const Dataset& dataset, const std::string& split) {
  std::vector<Item> items;
  for (std::size_t index = 0; index < dataset.size(split); ++index) items.push_back(dataset.at(split, index));
  return items;
}

/// What there is to choose from: a split, or a frozen list. Items of a split are made when they are asked for.
class Candidates {
 public:
  explicit Candidates(const ProblemsParams& params) : dataset_(*params.dataset), split_(params.split) {
    const auto splits = dataset_.splits();
    const bool known = std::find(splits.begin(), splits.end(), split_) != splits.end();
    if (!known && !params.frozen) {
      throw ProblemsError{"split", ": the dataset has no split \"" + split_ + "\"; it has: " + host::enumerate(splits)};
    }
    if (params.frozen) {
      std::vector<Item> items;
      for (const auto& split : known ? std::vector{split_} : splits) {
        for (Item& item : all_items(dataset_, split)) items.push_back(std::move(item));
      }
      frozen_ = FrozenProblems::read(*params.frozen).select(split_, std::move(items));
    }
  }

  std::size_t size() const { return frozen_ ? frozen_->size() : dataset_.size(split_); }
  Item at(std::size_t index) const { return frozen_ ? (*frozen_)[index] : dataset_.at(split_, index); }

 private:
  const Dataset& dataset_;
  const std::string& split_;
  std::optional<std::vector<Item>> frozen_;
};

/// Why there are fewer problems than the split has.
std::string shortage(const ProblemsParams& params, std::size_t size) {
  std::string text = " of the " + std::to_string(size) + " in " + (params.frozen ? "the list" : "split");
  text += " \"" + params.split + "\"";
  if (!params.ids.empty()) text += " chosen by ids";
  if (params.offset > 0) text += " after an offset of " + std::to_string(params.offset);
  return text;
}

std::vector<Item> chosen(const ProblemsParams& params) {
  const Candidates candidates(params);
  std::set<std::string> missing(params.ids.begin(), params.ids.end());
  const auto limit = params.limit == 0 ? candidates.size() : static_cast<std::size_t>(params.limit);
  auto skipped = static_cast<std::size_t>(params.offset);
  std::vector<Item> items;
  for (const std::size_t index : order(candidates.size(), params.shuffle)) {
    if (items.size() == limit) break;
    // With a list of ids every item must be looked at; without one, what is left out need not be made.
    if (params.ids.empty() && skipped > 0) {
      --skipped;
      continue;
    }
    Item item = candidates.at(index);
    if (!params.ids.empty()) {
      if (missing.erase(item.problem.id) == 0) continue;
      if (skipped > 0) {
        --skipped;
        continue;
      }
    }
    items.push_back(std::move(item));
  }
  if (!missing.empty() && items.size() < limit) {
    throw ProblemsError{"ids", ": split \"" + params.split + "\" has no problem \"" + *missing.begin() + "\""};
  }
  if (items.empty()) {
    throw ProblemsError{
        "split", ": no problem is selected: split \"" + params.split + "\" has " + std::to_string(candidates.size())};
  }
  if (items.size() < static_cast<std::size_t>(params.limit)) {
    throw ProblemsError{"limit", " = " + std::to_string(params.limit) +
                                     " asks for more problems than there are: " + std::to_string(items.size()) +
                                     shortage(params, candidates.size()) + "; limit = 0 takes all there are"};
  }
  return items;
}

Selection selected(const ProblemsParams& params, std::string_view key) {
  Selection selection;
  {
    const engine::PluginCall call(*params.dataset, engine::PluginMember::items);
    selection.items = chosen(params);
  }
  const auto grader = params.dataset->grader();
  {
    const engine::PluginCall call(*grader, engine::PluginMember::equal);
    selection.grader_check = check_grader(*grader, selection.items);
  }
  if (selection.grader_check.first_accepted && params.grader_check == GraderCheckPolicy::required) {
    throw ProblemsError{"dataset", ": " + *selection.grader_check.first_accepted + "; choose another grader, or say " +
                                       std::string(key) +
                                       ".proof = \"reported\" to be judged by this one all the same"};
  }
  return selection;
}

}  // namespace

void check_problems(host::Factory& factory, const host::Node& stage, std::string_view key, host::DryPass& pass) {
  const host::Node* table = stage.find(key);
  const host::Node* dataset = table != nullptr ? table->find("dataset") : nullptr;
  const auto facts = dataset != nullptr ? factory.facts_of<Dataset>(*dataset) : std::nullopt;
  if (!facts || facts->splits.empty() || table->find("frozen") != nullptr) return;
  const host::Node* split = table->find("split");
  const std::string name(table->text_or("split", "test"));
  if (std::find(facts->splits.begin(), facts->splits.end(), name) != facts->splits.end()) return;
  pass.diagnostics.error(split != nullptr ? split->position : table->position,
                         host::join_path(table->path, "split") + ": the dataset has no split \"" + name + "\"" +
                             host::did_you_mean(name, facts->splits) + "; splits: " + host::enumerate(facts->splits));
}

Selection select_problems(const ProblemsParams& params, const host::Node& stage, std::string_view key) {
  // The key as it was written: an arm's problems are mostly those of its stage, or of the whole manifest.
  const auto mistaken = [&](std::string_view of_table, const std::string& what) {
    const host::Node* table = stage.at(key);
    if (table == nullptr) return host::ManifestError(stage.position, host::join_path(stage.path, key) + what);
    const host::Node* value = table->find(of_table);
    return value != nullptr ? host::ManifestError(value->position, value->path + what)
                            : host::ManifestError(table->position, host::join_path(table->path, of_table) + what);
  };
  try {
    return selected(params, key);
  } catch (const ProblemsError& error) {
    throw mistaken(error.key, error.what);
  } catch (const FrozenError& error) {
    throw mistaken("frozen", std::string(": ") + error.what());
  } catch (const GraderCheckFailed& error) {
    throw mistaken("dataset", std::string(": ") + error.what());
  }
}

std::optional<Selection> dry_run_problems(host::Factory& factory, const host::Node& stage, std::string_view key) {
  host::DryPass pass{.diagnostics = {}, .for_run = true};
  const host::Node& table = *stage.find(key);
  auto [params, resolution] = factory.check<ProblemsParams>(table, pass);
  if (pass.diagnostics.failed()) throw host::ManifestError(std::move(pass.diagnostics));
  if (!resolution.stages.empty()) return std::nullopt;
  params.dataset = factory.create<Dataset>(*table.find("dataset"));
  return select_problems(params, stage, key);
}

}  // namespace espalier::study
