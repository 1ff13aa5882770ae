#include <algorithm>
#include <espalier/bad_input.hpp>
#include <espalier/kit/datasets/stored_dataset.hpp>
#include <limits>
#include <stdexcept>

namespace espalier::stored {
namespace {

std::int64_t end(const SplitParams& split) {
  return split.limit ? std::int64_t{split.offset} + *split.limit : std::numeric_limits<std::int64_t>::max();
}

bool overlap(const SplitParams& one, const SplitParams& other) {
  return one.offset < end(other) && other.offset < end(one);
}

}  // namespace

void StoredParams::validate() const {
  if (!path && splits.empty()) reject("file", "is missing; give it, or a file for every one of `splits`");
  for (std::size_t one = 0; one < splits.size(); ++one) {
    const auto& [name, its] = splits[one];
    if (!path && !its.file) reject("splits." + name, "has no file, and neither has the dataset");
    for (std::size_t other = 0; other < one; ++other) {
      const SplitParams& earlier = splits[other].value;
      const bool one_file = (its.file ? its.file : path) == (earlier.file ? earlier.file : path);
      if (!one_file || !overlap(its, earlier)) continue;
      reject("splits." + name, "shares problems with splits." + splits[other].name +
                                   "; set offset and limit so that they do not meet, or give each its file");
    }
  }
}

/// Reads files one after the other and knows the ids of all that was read before.
class StoredDataset::Loader {
 public:
  Loader(const StoredParams& params, const FileFormat& format, const Grader& grader, const ReadDraft& read)
      : params_(params), format_(format), grader_(grader), read_(read) {}

  std::vector<Item> load(const std::filesystem::path& file) {
    std::vector<Item> items;
    Mistakes mistakes;
    const auto keep = [&](const Record& record) {
      try {
        items.push_back(item(record));
      } catch (const std::invalid_argument& error) {
        mistakes.add(record.place().text() + ": " + error.what());
      }
    };
    read_records(file, format_, keep, mistakes);
    mistakes.settle();
    try {
      narrow(items);
    } catch (const std::invalid_argument& error) {
      throw BadInput(file.string() + ": " + error.what());
    }
    return items;
  }

 private:
  Item item(const Record& record) {
    auto [item, identity] = read_(record);
    if (item.problem.question.empty()) throw std::invalid_argument("has an empty question");
    if (!grader_.reference(item.gold)) {
      throw std::invalid_argument("has a gold answer that its grader cannot read: \"" + item.gold +
                                  "\"; correct it, or choose another grader");
    }
    if (item.problem.id.empty())
      item.problem.id = fresh_id(content_id(identity.empty() ? item.problem.question : identity));
    const auto [known, fresh] = ids_.emplace(item.problem.id, record.place());
    if (!fresh) throw std::invalid_argument("has the id \"" + known->first + "\" of " + known->second.text());
    return std::move(item);
  }

  std::string fresh_id(const std::string& id) {
    const int copy = ++copies_[id];
    return copy == 1 ? id : id + "-" + std::to_string(copy);
  }

  void narrow(std::vector<Item>& items) const {
    if (items.empty()) throw std::invalid_argument("there is no problem in it");
    keep_where(items, params_.where);
    keep_sample(items, params_.sample);
    if (params_.shuffle) shuffle(items, static_cast<std::uint64_t>(*params_.shuffle));
    const auto begin = static_cast<std::size_t>(params_.offset);
    if (begin >= items.size())
      throw std::invalid_argument("offset passes over every problem: there are " + std::to_string(items.size()));
    items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(begin));
    if (params_.limit) items.resize(std::min(static_cast<std::size_t>(*params_.limit), items.size()));
  }

  const StoredParams& params_;
  const FileFormat& format_;
  const Grader& grader_;
  const ReadDraft& read_;
  std::map<std::string, Place> ids_;
  std::map<std::string, int> copies_;
};

Dataset::Facts StoredDataset::facts(const StoredParams& params) {
  Facts facts;
  for (const auto& split : params.splits) facts.splits.push_back(split.name);
  if (facts.splits.empty()) facts.splits.push_back(params.split);
  return facts;
}

StoredDataset::StoredDataset(const StoredParams& params, const FileFormat& format, std::shared_ptr<Grader> grader,
                             const ReadDraft& read)
    : grader_(std::move(grader)) {
  Loader loader(params, format, *grader_, read);
  const auto load = [&](const std::filesystem::path& file) {
    if (!files_.contains(file)) files_.emplace(file, loader.load(file));
  };
  for (const auto& [name, split] : params.splits) {
    const std::filesystem::path& file = split.file ? *split.file : params.path.value();
    load(file);
    cut(name, split, file);
  }
  if (params.splits.empty()) {
    load(params.path.value());
    splits_.emplace_back(params.split, files_.begin()->second);
  }
}

std::vector<std::string> StoredDataset::splits() const {
  std::vector<std::string> names;
  for (const auto& [name, items] : splits_) names.push_back(name);
  return names;
}

void StoredDataset::cut(const std::string& name, const SplitParams& split, const std::filesystem::path& file) {
  const std::span<const Item> items = files_.at(file);
  const auto offset = static_cast<std::size_t>(split.offset);
  if (offset >= items.size()) {
    throw BadInput("split \"" + name + "\" begins behind the " + std::to_string(items.size()) + " problems of " +
                   file.string());
  }
  const std::size_t rest = items.size() - offset;
  splits_.emplace_back(
      name, items.subspan(offset, split.limit ? std::min(static_cast<std::size_t>(*split.limit), rest) : rest));
}

std::span<const Item> StoredDataset::find(std::string_view split) const {
  for (const auto& [name, items] : splits_) {
    if (name == split) return items;
  }
  throw std::invalid_argument("there is no split \"" + std::string(split) + "\"");
}

}  // namespace espalier::stored
