#include <array>
#include <espalier/kit/datasets/stored_dataset.hpp>
#include <espalier/plugin.hpp>
#include <stdexcept>

namespace {

using espalier::stored::Draft;
using espalier::stored::Record;

/// The names under which MAWPS is passed on.
struct Fields {
  const char* question;
  const char* answer;
};
constexpr std::array<Fields, 4> kFields = {{
    {"sQuestion", "lSolutions"},  // the repository's own JSON
    {"input", "target"},
    {"question", "answer"},
    {"question", "result"},
}};

/// MAWPS (Koncel-Kedziorski et al., "MAWPS: a math word problem repository", 2016) and its parts AddSub, MultiArith,
/// SingleEq and SingleOp, under any of the usual field names (the repository's own are `sQuestion` and `lSolutions`).
///
/// Some problems stand twice in one part, and parts share problems: all are counted, as published. Gold answers are
/// decimals, and some of them were rounded (0.6666666667) or cut off (3.33333): the number grader takes the fraction
/// for them, and other decimals within its `tolerance` only.
class Mawps final : public espalier::stored::StoredDataset {
 public:
  struct Params : espalier::stored::StoredParams {
    using espalier::stored::StoredParams::StoredParams;
    std::shared_ptr<espalier::Grader> grader =
        plugin<espalier::Grader>("grader", "Reads gold answers and judges others by them.", "number");
  };

  explicit Mawps(const Params& params) : StoredDataset(params, {}, params.grader, read) {}

 private:
  static Draft read(const Record& record) {
    const Fields fields = fields_of(record);
    const auto solutions = record.texts(fields.answer);
    if (solutions.size() != 1)
      throw std::invalid_argument("has " + std::to_string(solutions.size()) + " solutions where one is wanted");
    return {{{.id = "", .question = record.text(fields.question), .attributes = {}}, solutions.front()}, ""};
  }

  static Fields fields_of(const Record& record) {
    for (const Fields& fields : kFields) {
      if (record.has(fields.question) && record.has(fields.answer)) return fields;
    }
    throw std::invalid_argument(
        "has none of these pairs of fields: sQuestion and lSolutions, input and target, question and answer, question "
        "and result; the dataset types jsonl, json and csv take any names");
  }
};

}  // namespace

ESPALIER_PLUGIN(Mawps, "MAWPS: easy word problems, with its parts AddSub, MultiArith, SingleEq and SingleOp.")
