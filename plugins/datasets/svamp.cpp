#include <espalier/kit/datasets/stored_dataset.hpp>
#include <espalier/plugin.hpp>

namespace {

using espalier::stored::Draft;
using espalier::stored::Record;

/// SVAMP (Patel et al., "Are NLP models really able to solve simple math word problems?", 2021) as published: `ID`,
/// `Body`, `Question`, `Answer`, `Type`, `Equation`. Body and question are joined by a space, nothing added: many
/// bodies end where their sentence goes on with the question. Attributes: type, equation.
class Svamp final : public espalier::stored::StoredDataset {
 public:
  struct Params : espalier::stored::StoredParams {
    using espalier::stored::StoredParams::StoredParams;
    std::shared_ptr<espalier::Grader> grader =
        plugin<espalier::Grader>("grader", "Reads gold answers and judges others by them.", "number");
  };

  explicit Svamp(const Params& params) : StoredDataset(params, {}, params.grader, read) {}

 private:
  static Draft read(const Record& record) {
    espalier::Problem problem{
        .id = record.text("ID"), .question = record.text("Body") + " " + record.text("Question"), .attributes = {}};
    if (record.has("Type")) problem.attributes["type"] = record.text("Type");
    if (record.has("Equation")) problem.attributes["equation"] = record.text("Equation");
    return {{std::move(problem), record.text("Answer")}, ""};
  }
};

}  // namespace

ESPALIER_PLUGIN(Svamp, "SVAMP: one-step word problems whose wording was varied to catch shallow solvers.")
