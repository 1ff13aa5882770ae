#pragma once

#include <string>
#include <vector>

#include "host/manifest/manifest.hpp"
#include "study/json.hpp"

namespace espalier::study {

/// A point of a sweep as every summary.json of it says it in `point`: {"simulations": 10}. Tables and arrays are said
/// as folders' names say them.
Json point_json(const host::SweepPoint& point);

/// One table per stage over the points of a sweep: a row per arm and point, arms together; for fits what was learned on
/// held-out problems. `summaries` are those of a run in its order, each with its `point`. Stages that are the same at
/// every point have none, nor have summaries without a point: "" where there is no table.
std::string sweep_tables(const std::vector<Json>& summaries);

}  // namespace espalier::study
