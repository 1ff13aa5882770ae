#pragma once

#include <espalier/grader.hpp>
#include <espalier/kit/datasets/stored_dataset.hpp>
#include <memory>
#include <string>
#include <vector>

namespace espalier::stored {

/// Which fields of a record mean what, for files that are no known data set.
struct FieldMapParams : StoredParams {
  using StoredParams::StoredParams;
  std::string question =
      field("question", "question", "The field that holds the question, or a template such as \"{Body} {Question}\".");
  std::string answer = field("answer", "answer", "The field that holds the gold answer, or a template.");
  std::string answer_after =
      field("answer_after", "", "The gold answer is what follows the last of these, such as \"####\", on its line.");
  std::string answer_pattern =
      field("answer_pattern", "", "The gold answer is the first group of this regular expression, or all it matches.");
  std::string id = field("id", "", "The field that names a problem, or a template; empty: derived from the question.");
  std::vector<std::string> attributes =
      field("attributes", std::vector<std::string>{}, "Fields kept beside the question.");
  std::shared_ptr<Grader> grader = plugin<Grader>("grader", "Reads gold answers and judges others by them.", "number");

  void validate() const;
};

/// Problems from files of one format, by a map of their fields.
class MappedDataset : public StoredDataset {
 protected:
  MappedDataset(const FieldMapParams& params, const FileFormat& format);
};

}  // namespace espalier::stored
