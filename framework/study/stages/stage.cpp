#include "study/stages/stage.hpp"

#include <algorithm>
#include <stdexcept>

#include "study/stages/fit.hpp"
#include "study/stages/judge.hpp"
#include "study/stages/solve.hpp"

namespace espalier::study {

const std::vector<StageType>& stage_types() {
  static const std::vector<StageType> types = {solve_stage(), compare_stage(), fit_stage(), judge_stage()};
  return types;
}

const StageType& stage_type(std::string_view name) {
  const auto& types = stage_types();
  const auto found =
      std::find_if(types.begin(), types.end(), [&](const StageType& type) { return type.rules.name == name; });
  if (found == types.end()) throw std::out_of_range("no kind of stage is called " + std::string(name));
  return *found;
}

}  // namespace espalier::study
