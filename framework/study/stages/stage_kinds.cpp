#include <algorithm>
#include <stdexcept>

#include "study/stages/stage.hpp"

namespace espalier::study {

// A kind of stage is a file that defines its entry, and its line here.
StageKind solve_stage();
StageKind compare_stage();
StageKind fit_stage();
StageKind judge_stage();

const std::vector<StageKind>& stage_kinds() {
  static const std::vector<StageKind> kinds = {solve_stage(), compare_stage(), fit_stage(), judge_stage()};
  return kinds;
}

const StageKind& stage_kind(std::string_view name) {
  const auto found = std::ranges::find(stage_kinds(), name, &StageKind::name);
  if (found == stage_kinds().end()) throw std::out_of_range("no kind of stage is called " + std::string(name));
  return *found;
}

}  // namespace espalier::study
