#pragma once

#include "conformance/fixture.hpp"
#include "conformance/report.hpp"

namespace espalier::conformance {

// One suite per kind: what every plugin of that kind must do, seen from outside.
void check_agent(Fixture& fixture, Report& report);
void check_dataset(Fixture& fixture, Report& report);
void check_grader(Fixture& fixture, Report& report);
void check_language_model(Fixture& fixture, Report& report);
void check_search(Fixture& fixture, Report& report);
void check_topology(Fixture& fixture, Report& report);
void check_value_model(Fixture& fixture, Report& report);

/// What every plugin must do before an object of it exists; false when none can be made.
bool check_parameters(Fixture& fixture, Report& report);

}  // namespace espalier::conformance
