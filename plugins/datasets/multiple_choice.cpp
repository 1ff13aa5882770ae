#include <algorithm>
#include <espalier/kit/datasets/field_template.hpp>
#include <espalier/kit/datasets/stored_dataset.hpp>
#include <espalier/plugin.hpp>
#include <stdexcept>
#include <utility>

#include "multiple_choice/layout.hpp"
#include "multiple_choice/options.hpp"

namespace {

using espalier::Key;
using espalier::choices::AnswerIs;
using espalier::choices::Layout;
using espalier::choices::LayoutFields;
using espalier::choices::Options;
using espalier::stored::Draft;
using espalier::stored::FieldTemplate;
using espalier::stored::Format;
using espalier::stored::Record;

/// Questions with lettered options, in the layouts of MMLU, GPQA, LogiQA and AQuA, or any other by its fields.
///
/// The question shows its options below it, "A) ..." each; the gold answer is a letter. Attributes: the options' texts
/// under their letters, and those of the layout; MMLU's own tables, which do not name it, get `subject` from the file.
///
/// A seed shuffles options, by problem id: neither the order of the file nor other problems matter, and the gold letter
/// follows. The attribute `published` then has the letters as published, in the order shown. Where an option speaks of
/// the place of others ("all of the above"), the problem keeps its order; data whose right option is always the first
/// have no order to keep.
class MultipleChoice final : public espalier::stored::StoredDataset {
 public:
  struct Params : espalier::stored::StoredParams {
    using espalier::stored::StoredParams::StoredParams;
    Layout layout = field("layout", Layout::custom, "Whose fields these are; sets the defaults of those below.",
                          {{"custom", Layout::custom},
                           {"mmlu", Layout::mmlu},
                           {"mmlu_csv", Layout::mmlu_csv},
                           {"gpqa", Layout::gpqa},
                           {"logiqa", Layout::logiqa},
                           {"logiqa_text", Layout::logiqa_text},
                           {"logiqa2", Layout::logiqa2},
                           {"aqua", Layout::aqua}});
    LayoutFields usual = espalier::choices::fields_of(layout);
    std::string question = field("question", usual.question, "The field that holds the question, or a template.");
    std::vector<std::string> options =
        field("options", usual.options, "The field that holds the list of options, or one field per option.");
    std::string answer = field("answer", usual.answer, "The field that says which option is right.");
    AnswerIs answer_is = field("answer_is", usual.answer_is,
                               "How it says so: by letter, by index from 0, by the option's text, or the first option "
                               "is right, always.",
                               {{"letter", AnswerIs::letter},
                                {"index", AnswerIs::index},
                                {"text", AnswerIs::text},
                                {"first", AnswerIs::first}});
    std::string id = field("id", usual.id, "The field that names a problem; empty: derived from question and options.");
    std::vector<std::string> attributes =
        field("attributes", usual.attributes, "Fields kept beside the question, where a record has them.");
    std::vector<std::string> columns = field(
        "columns", usual.columns, "Names of the columns of CSV files without such a row, or of the lines of a block.");
    std::int64_t shuffle_options = field(
        "shuffle_options", std::int64_t{answer_is == AnswerIs::first ? 0 : -1},
        "Seed of the order in which every problem's options are shown; -1: as published.", espalier::between(-1, 1e15));
    std::string closing = field("closing", "", "Text below the options, such as a request for one letter.");
    std::shared_ptr<espalier::Grader> grader =
        plugin<espalier::Grader>("grader", "Reads gold answers and judges others by them.", "choice");

    void validate() const {
      StoredParams::validate();
      if (const auto fault = FieldTemplate::fault(question)) reject("question", *fault);
      if (options.empty()) reject("options", "must name a field");
      if (answer_is == AnswerIs::first && shuffle_options < 0)
        reject("shuffle_options", "must be a seed, since as published every answer would be A");
    }
  };

  explicit MultipleChoice(const Params& params)
      : StoredDataset(params, {.format = format_of(params.layout), .columns = params.columns}, params.grader,
                      [&params](const Record& record) { return read(params, record); }) {}

 private:
  /// LogiQA's own release is text, a line each for the letter, the context, the question and the options.
  static Format format_of(Layout layout) { return layout == Layout::logiqa_text ? Format::blocks : Format::recognised; }

  static Draft read(const Params& params, const Record& record) {
    Options options = options_of(params, record);
    espalier::Problem problem{.id = params.id.empty() ? "" : record.text(params.id),
                              .question = FieldTemplate(params.question).fill(record),
                              .attributes = attributes_of(params, record)};
    const std::string identity = problem.question + "\n" + espalier::choices::listing(options.texts);
    const bool movable = params.answer_is == AnswerIs::first || !espalier::choices::refer_to_each_other(options.texts);
    if (params.shuffle_options >= 0 && movable) {
      const Key key = Key{static_cast<std::uint64_t>(params.shuffle_options), 0}.child("options").child(
          problem.id.empty() ? espalier::stored::content_id(identity) : problem.id);
      problem.attributes["published"] = shuffle(options, key);
    }
    for (std::size_t i = 0; i < options.texts.size(); ++i)
      problem.attributes[{espalier::choices::letter_of(i)}] = options.texts[i];
    problem.question += "\n\n" + espalier::choices::listing(options.texts);
    if (!params.closing.empty()) problem.question += "\n\n" + params.closing;
    return {{std::move(problem), {espalier::choices::letter_of(options.right)}}, identity};
  }

  static Options options_of(const Params& params, const Record& record) {
    Options options;
    if (params.options.size() == 1) {
      options.texts = record.texts(params.options.front());
    } else {
      for (const std::string& name : params.options) options.texts.push_back(record.text(name));
    }
    espalier::choices::drop_letters(options.texts);
    const std::size_t count = options.texts.size();
    if (count < 2 || count > espalier::choices::kMostOptions)
      throw std::invalid_argument("has " + std::to_string(count) + " options; there must be 2 to 26");
    options.right = right_of(params, record, options.texts);
    return options;
  }

  static std::size_t right_of(const Params& params, const Record& record, const std::vector<std::string>& texts) {
    if (params.answer_is == AnswerIs::first) return 0;
    const std::string answer = record.text(params.answer);
    if (params.answer_is == AnswerIs::letter) return espalier::choices::index_of_letter(answer, texts.size());
    if (params.answer_is == AnswerIs::index) return espalier::choices::index_of_number(answer, texts.size());
    const auto found = std::find(texts.begin(), texts.end(), answer);
    if (found == texts.end())
      throw std::invalid_argument("has the answer \"" + answer + "\", which is no option's text");
    return static_cast<std::size_t>(found - texts.begin());
  }

  static std::map<std::string, std::string> attributes_of(const Params& params, const Record& record) {
    std::map<std::string, std::string> attributes;
    for (const std::string& name : params.attributes) {
      if (record.has(name)) attributes[name] = record.text(name);
    }
    if (params.layout == Layout::mmlu_csv) attributes["subject"] = subject_of(record.place().file);
    return attributes;
  }

  /// MMLU's tables are named <subject>_<split>.csv.
  static std::string subject_of(const std::filesystem::path& file) {
    std::string name = file.stem().string();
    for (const std::string_view split : {"_test", "_val", "_dev", "_train"}) {
      if (name.ends_with(split)) return name.substr(0, name.size() - split.size());
    }
    return name;
  }
};

}  // namespace

ESPALIER_PLUGIN(MultipleChoice, "Questions with lettered options, in the layouts of MMLU, GPQA, LogiQA and AQuA.")
