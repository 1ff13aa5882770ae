#include <algorithm>
#include <espalier/dataset.hpp>
#include <espalier/plugin.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>
#include <stdexcept>
#include <utility>

#include "jsonl/field_map.hpp"
#include "regex/regex.hpp"

namespace {

using espalier::Item;
using espalier::jsonl::FieldTemplate;

/// Problems from a file with one JSON object per line.
///
/// The whole file is read and checked when the dataset is made: a line that is no JSON object, a missing field, an id
/// met twice, or a gold answer that the grader cannot read is an error naming file and line, never a problem silently
/// left out. Then come, in this order: shuffling, offset and limit, and the cut into splits.
class JsonLines final : public espalier::Dataset {
 public:
  struct Range : espalier::Params {
    using espalier::Params::Params;
    int offset = field("offset", 0, "Problems to pass over.", espalier::between(0, 1'000'000'000));
    std::optional<int> limit =
        maybe<int>("limit", "Most problems to take; absent: all that follow.", espalier::between(1, 1'000'000'000));
  };

  struct Params : espalier::Params {
    using espalier::Params::Params;
    std::filesystem::path path = file("file", "The file: one JSON object per line.");
    std::string question = field("question", "question",
                                 "The field that holds the question, or a template such as \"{Body} {Question}\".");
    std::string answer = field("answer", "answer", "The field that holds the gold answer, or a template.");
    std::string answer_after =
        field("answer_after", "", "The gold answer is what follows the last of these, such as \"####\", on its line.");
    std::string answer_pattern = field(
        "answer_pattern", "", "The gold answer is the first group of this regular expression, or all it matches.");
    std::string id = field("id", "", "The field that names a problem; empty: the file's name and the line.");
    std::vector<std::string> attributes =
        field("attributes", std::vector<std::string>{}, "Fields kept beside the question.");
    std::optional<std::int64_t> shuffle =
        maybe<std::int64_t>("shuffle", "Puts the problems in an order drawn from this seed; absent: as in the file.");
    int offset = field("offset", 0, "Problems to pass over.", espalier::between(0, 1'000'000'000));
    std::optional<int> limit =
        maybe<int>("limit", "Most problems to take; absent: all that follow.", espalier::between(1, 1'000'000'000));
    std::string split = field("split", "test", "What the one split is called when `splits` is absent.");
    std::vector<espalier::Named<Range>> splits =
        tables<Range>("splits", "Splits that the problems are cut into, each with its offset and limit.");
    std::shared_ptr<espalier::Grader> grader =
        plugin<espalier::Grader>("grader", "Reads gold answers and judges others by them.", "number");

    void validate() const {
      check_template("question", question);
      check_template("answer", answer);
      if (!answer_after.empty() && !answer_pattern.empty())
        reject("answer_pattern", "cannot be given together with answer_after; keep one of the two");
      try {
        espalier::Regex{answer_pattern};
      } catch (const std::invalid_argument& error) {
        reject("answer_pattern", std::string("is no regular expression: ") + error.what());
      }
      for (std::size_t one = 0; one < splits.size(); ++one) {
        for (std::size_t other = 0; other < one; ++other) {
          if (overlap(splits[one].value, splits[other].value)) {
            reject("splits." + splits[one].name, "shares problems with splits." + splits[other].name +
                                                     "; set offset and limit so that they do not meet");
          }
        }
      }
    }

   private:
    void check_template(std::string_view key, const std::string& spelling) const {
      try {
        FieldTemplate{spelling};
      } catch (const std::invalid_argument& error) {
        reject(key, error.what());
      }
    }

    static std::int64_t end(const Range& range) {
      return range.limit ? std::int64_t{range.offset} + *range.limit : std::numeric_limits<std::int64_t>::max();
    }
    static bool overlap(const Range& one, const Range& other) {
      return one.offset < end(other) && other.offset < end(one);
    }
  };

  static Facts facts(const Params& params) {
    Facts facts;
    for (const auto& split : params.splits) facts.splits.push_back(split.name);
    if (facts.splits.empty()) facts.splits.push_back(params.split);
    return facts;
  }

  explicit JsonLines(Params params) : params_(std::move(params)) {
    items_ = read();
    if (params_.shuffle) shuffle(static_cast<std::uint64_t>(*params_.shuffle));
    keep(params_.offset, params_.limit);
    for (const auto& split : params_.splits) cut(split.name, split.value);
    if (splits_.empty()) splits_.emplace_back(params_.split, std::span<const Item>(items_));
  }

  std::vector<std::string> splits() const override {
    std::vector<std::string> names;
    for (const auto& [name, items] : splits_) names.push_back(name);
    return names;
  }

  std::size_t size(std::string_view split) const override { return find(split).size(); }
  Item at(std::string_view split, std::size_t index) const override { return find(split)[index]; }
  std::shared_ptr<espalier::Grader> grader() const override { return params_.grader; }

 private:
  [[noreturn]] void fail(std::size_t line, const std::string& why) const {
    throw std::runtime_error(params_.path.string() + ":" + std::to_string(line) + ": " + why);
  }

  std::vector<Item> read() const {
    std::ifstream file(params_.path);
    if (!file) throw std::runtime_error(params_.path.string() + " cannot be opened");
    const Reader reader(params_);
    std::vector<Item> items;
    std::map<std::string, std::size_t> lines_of_ids;
    std::string text;
    for (std::size_t line = 1; std::getline(file, text); ++line) {
      if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
      try {
        items.push_back(reader.item(nlohmann::json::parse(text), line));
      } catch (const nlohmann::json::exception& error) {
        fail(line, std::string("is no JSON object: ") + error.what());
      } catch (const std::exception& error) {
        fail(line, error.what());
      }
      const auto [first, fresh] = lines_of_ids.emplace(items.back().problem.id, line);
      if (!fresh) fail(line, "has the id \"" + first->first + "\" of line " + std::to_string(first->second));
    }
    if (file.bad()) throw std::runtime_error(params_.path.string() + " cannot be read to its end");
    return items;
  }

  /// Makes items of JSON objects.
  class Reader {
   public:
    explicit Reader(const Params& params)
        : params_(params), question_(params.question), answer_(params.answer), pattern_(params.answer_pattern) {}

    Item item(const nlohmann::json& object, std::size_t line) const {
      if (!object.is_object()) throw std::invalid_argument("is no JSON object");
      Item item;
      item.problem.id = params_.id.empty() ? params_.path.stem().string() + "-" + std::to_string(line)
                                           : FieldTemplate(params_.id).fill(object);
      item.problem.question = question_.fill(object);
      for (const std::string& name : params_.attributes)
        item.problem.attributes[name] = FieldTemplate(name).fill(object);
      item.gold = gold(answer_.fill(object));
      if (!params_.grader->reference(item.gold))
        throw std::invalid_argument("has a gold answer that its grader cannot read: \"" + item.gold + "\"");
      return item;
    }

   private:
    std::string gold(std::string text) const {
      if (!params_.answer_after.empty()) {
        auto found = espalier::jsonl::behind_marker(text, params_.answer_after);
        if (!found) throw std::invalid_argument("has no \"" + params_.answer_after + "\" in its gold answer");
        return *std::move(found);
      }
      if (!params_.answer_pattern.empty()) {
        const auto groups = pattern_.match(text);
        if (groups.empty()) throw std::invalid_argument("has a gold answer that answer_pattern does not match");
        return groups.size() > 1 ? groups[1] : groups[0];
      }
      return text;
    }

    const Params& params_;
    FieldTemplate question_;
    FieldTemplate answer_;
    espalier::Regex pattern_;
  };

  /// Fisher-Yates.
  void shuffle(std::uint64_t seed) {
    espalier::Random random(espalier::Key{seed, 0}.child("shuffle"));
    for (std::size_t left = items_.size(); left > 1; --left) {
      std::swap(items_[left - 1],
                items_[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(left) - 1))]);
    }
  }

  void keep(int offset, std::optional<int> limit) {
    const std::size_t begin = std::min(static_cast<std::size_t>(offset), items_.size());
    const std::size_t count =
        limit ? std::min(static_cast<std::size_t>(*limit), items_.size() - begin) : items_.size() - begin;
    items_ = std::vector<Item>(items_.begin() + static_cast<std::ptrdiff_t>(begin),
                               items_.begin() + static_cast<std::ptrdiff_t>(begin + count));
    if (items_.empty()) throw std::runtime_error(params_.path.string() + " leaves no problem after offset and limit");
  }

  void cut(const std::string& name, const Range& range) {
    if (static_cast<std::size_t>(range.offset) >= items_.size()) {
      throw std::runtime_error("split \"" + name + "\" begins behind the " + std::to_string(items_.size()) +
                               " problems of " + params_.path.string());
    }
    const std::span<const Item> rest = std::span<const Item>(items_).subspan(static_cast<std::size_t>(range.offset));
    splits_.emplace_back(
        name, rest.first(range.limit ? std::min(static_cast<std::size_t>(*range.limit), rest.size()) : rest.size()));
  }

  std::span<const Item> find(std::string_view split) const {
    for (const auto& [name, items] : splits_) {
      if (name == split) return items;
    }
    throw std::invalid_argument("there is no split \"" + std::string(split) + "\"");
  }

  Params params_;
  std::vector<Item> items_;
  std::vector<std::pair<std::string, std::span<const Item>>> splits_;
};

}  // namespace

ESPALIER_PLUGIN(JsonLines, "Problems from a file with one JSON object per line, by a map of its fields.")
