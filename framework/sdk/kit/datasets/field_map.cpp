#include <espalier/kit/datasets/behind_marker.hpp>
#include <espalier/kit/datasets/field_map.hpp>
#include <espalier/kit/datasets/field_template.hpp>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "base/regex.hpp"

namespace espalier::stored {
namespace {

/// A field map, ready to be used.
class Map {
 public:
  explicit Map(const FieldMapParams& params)
      : params_(params), question_(params.question), answer_(params.answer), pattern_(params.answer_pattern) {
    if (!params.id.empty()) id_.emplace(params.id);
    for (const std::string& name : params.attributes) attributes_.emplace_back(name);
  }

  Draft read(const Record& record) const {
    Item item;
    if (id_) item.problem.id = id_->fill(record);
    item.problem.question = question_.fill(record);
    for (std::size_t i = 0; i < attributes_.size(); ++i)
      item.problem.attributes[params_.attributes[i]] = attributes_[i].fill(record);
    item.gold = gold(answer_.fill(record));
    return {std::move(item), ""};
  }

 private:
  std::string gold(std::string text) const {
    if (!params_.answer_after.empty()) {
      auto found = behind_marker(text, params_.answer_after);
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

  const FieldMapParams& params_;
  FieldTemplate question_;
  FieldTemplate answer_;
  base::Regex pattern_;
  std::optional<FieldTemplate> id_;
  std::vector<FieldTemplate> attributes_;
};

}  // namespace

void FieldMapParams::validate() const {
  StoredParams::validate();
  const auto check_template = [&](const std::string& key, const std::string& spelling) {
    if (const auto fault = FieldTemplate::fault(spelling)) reject(key, *fault);
  };
  check_template("question", question);
  check_template("answer", answer);
  if (!id.empty()) check_template("id", id);
  for (std::size_t i = 0; i < attributes.size(); ++i)
    check_template("attributes[" + std::to_string(i) + "]", attributes[i]);
  if (!answer_after.empty() && !answer_pattern.empty())
    reject("answer_pattern", "cannot be given together with answer_after; keep one of the two");
  try {
    base::Regex{answer_pattern};
  } catch (const std::invalid_argument& error) {
    reject("answer_pattern", std::string("is no regular expression: ") + error.what());
  }
}

MappedDataset::MappedDataset(const FieldMapParams& params, const FileFormat& format)
    : StoredDataset(params, format, params.grader,
                    [map = Map(params)](const Record& record) { return map.read(record); }) {}

}  // namespace espalier::stored
