#include <espalier/kit/datasets/behind_marker.hpp>
#include <espalier/kit/datasets/stored_dataset.hpp>
#include <espalier/plugin.hpp>
#include <stdexcept>

namespace {

using espalier::stored::Draft;
using espalier::stored::Record;

/// GSM8K (Cobbe et al., "Training verifiers to solve math word problems", 2021) as published: `question`, and a
/// solution under `answer` whose last line is "#### " and the gold number. Other data in this layout are read as well.
class Gsm8k final : public espalier::stored::StoredDataset {
 public:
  struct Params : espalier::stored::StoredParams {
    using espalier::stored::StoredParams::StoredParams;
    std::shared_ptr<espalier::Grader> grader =
        plugin<espalier::Grader>("grader", "Reads gold answers and judges others by them.", "number");
  };

  explicit Gsm8k(const Params& params) : StoredDataset(params, {}, params.grader, read) {}

 private:
  static Draft read(const Record& record) {
    auto gold = espalier::stored::behind_marker(record.text("answer"), "####");
    if (!gold) throw std::invalid_argument("has no \"####\" in its answer");
    return {{{.id = "", .question = record.text("question"), .attributes = {}}, *std::move(gold)}, ""};
  }
};

}  // namespace

ESPALIER_PLUGIN(Gsm8k, "GSM8K: grade-school problems, the gold number behind #### in the published solution.")
