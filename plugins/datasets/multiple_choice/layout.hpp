#pragma once

#include <string>
#include <vector>

namespace espalier::choices {

/// The ways in which multiple-choice data sets are distributed.
enum class Layout { mmlu, mmlu_csv, gpqa, logiqa, logiqa_text, logiqa2, aqua, custom };

/// How a record says which option is right.
enum class AnswerIs {
  letter,  ///< "C"
  index,   ///< 2: counted from 0
  text,    ///< the option's own text
  first,   ///< the first option is right, always
};

/// Which fields of a layout mean what.
struct LayoutFields {
  std::string question;              ///< a template
  std::vector<std::string> options;  ///< one field holding a list, or one field per option
  std::string answer;                ///< unused where the first option is right
  AnswerIs answer_is = AnswerIs::letter;
  std::string id;  ///< empty: derived from question and options
  std::vector<std::string> attributes;
  std::vector<std::string> columns;  ///< of CSV files without a header row, or the lines of a block
};

LayoutFields fields_of(Layout layout);

}  // namespace espalier::choices
