#pragma once

#include <string>

#include "study/json.hpp"
#include "study/records.hpp"

namespace espalier::study {

/// Whether an arm's search, guided by values, ended with the right one of the final messages it had drawn: an arm's
/// `choice` in summary.json; null where nothing was scored. Of all problems and seeds that did not fail, numbers:
///
///   chosen_right   a right one was drawn and chosen
///   passed_over    a right one was drawn, another or none was chosen
///   not_drawn      no right one was drawn: nothing that chooses could have helped
///
/// `passed_over_share` is passed_over / (chosen_right + passed_over); `value_right` and `value_wrong` are the mean
/// values of the chosen messages that were right and wrong, as the value model said them last. Each of the three is
/// null where there is nothing to take it of.
Json choice_json(const ArmResult& arm);

/// A row per arm with a choice, followed by what the columns are; empty unless an arm other than an oracle has one.
std::string choice_table(const Json& summary);

}  // namespace espalier::study
