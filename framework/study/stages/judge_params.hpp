#pragma once

#include <espalier/params.hpp>
#include <espalier/value_model.hpp>
#include <memory>
#include <vector>

#include "study/stages/fit_params.hpp"

namespace espalier::study {

/// `do = "judge"`: what value models say of search trees against what those found.
struct JudgeParams : Params {
  using Params::Params;
  enum class Leakage { left_out, refused, reported };
  std::shared_ptr<StageInput> from =
      plugin<StageInput>("from", "The stage whose search trees are judged by: one with do = \"solve\".");
  std::vector<Named<std::shared_ptr<ValueModel>>> values =
      plugins<ValueModel>("values", "The value models, by the names of their rows.");
  int limit = field("limit", 0, "Most problems, in the order of the records; 0: all there are.", between(0, 1e9));
  int min_visits = field("min_visits", 1,
                         "Visits below which a state is not judged by: what few simulations found is mostly chance.",
                         between(1, 1e6));
  Leakage leakage =
      field("leakage", Leakage::left_out,
            "What becomes of problems that a fit below one of the value models learned from (known of fits in this "
            "manifest that learn from trees). left_out: nobody is judged by them; refused: an error; reported: all are "
            "judged by them too, and it is told.",
            {{"left_out", Leakage::left_out}, {"refused", Leakage::refused}, {"reported", Leakage::reported}});

  void validate() const {
    if (values.empty()) reject("values", "must name at least one value model");
  }
};

}  // namespace espalier::study
