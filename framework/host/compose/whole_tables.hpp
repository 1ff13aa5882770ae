#pragma once

#include <vector>

#include "host/compose/factory.hpp"
#include "host/manifest/diagnostics.hpp"
#include "host/manifest/node.hpp"

namespace espalier::host {

/// The last steps on a manifest's way from text to whole tables. All of them, in order:
///
///   1 include     a file is laid under the table that includes it                            load_manifest
///   2 override    `key=value` of the command line is laid over the manifest                   load_manifest
///   3 bound       what is nested too deeply, or swept too widely, is taken out                load_manifest
///   4 sweep       one manifest per point of the grid                                          sweep_points
///   5 like        a stage is laid over the one it is like                                     whole_tables
///   6 defaults    keys of the root are laid under the stages that may have them               whole_tables
///   7 arms        a stage is laid under each of its arms                                      whole_tables
///   8 players     agents that play no role of a stage's topology are left out of it           with_players_only
///
/// After step 7 every stage and every arm says all that it means, under the paths and positions where each value was
/// written; nobody below looks at the root for a stage's sake. Step 8 asks topologies what roles they have, which takes
/// plugins: it is for those who read a stage.
///
/// `point` is a manifest at one point of its sweep. What is wrong with `like` goes into `diagnostics`.
Node whole_tables(Node point, const std::vector<StageRules>& rules, Diagnostics& diagnostics);

}  // namespace espalier::host
