#pragma once

#include "conformance/bench.hpp"
#include "conformance/report.hpp"

namespace espalier::conformance {

// One suite per kind: what every plugin of that kind must do, seen from outside.
void check_agent(Bench& bench, Report& report);
void check_dataset(Bench& bench, Report& report);
void check_grader(Bench& bench, Report& report);
void check_language_model(Bench& bench, Report& report);
void check_search(Bench& bench, Report& report);
void check_topology(Bench& bench, Report& report);
void check_value_model(Bench& bench, Report& report);

/// What every plugin must do before an object of it exists; false when none can be made.
bool check_parameters(Bench& bench, Report& report);

}  // namespace espalier::conformance
