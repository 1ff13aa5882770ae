#pragma once

#include <cstddef>
#include <cstdint>
#include <espalier/params.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/compose/factory.hpp"
#include "study/stages/stage_params.hpp"

namespace espalier::study {

/// What arms can cost at most, as far as their plugins know before they exist (`Facts`): a line per arm with problems,
/// agent calls, tokens written and the floating-point operations of writing them, and a line per language model with
/// its memory. Reading and scoring come on top. An arm without a name is the whole stage. `seeds`: how many times each
/// arm is run. Throws host::ManifestError where the problems cannot be selected.
std::string forecast_arms(host::Factory& factory, std::span<const Named<host::Node>> arms, std::size_t seeds);

/// Most messages of one problem of an arm; 0 where its topology does not say so.
int longest_trajectory(host::Factory& factory, const host::Node& table);

/// Most agent calls of one problem of an arm; nothing where neither its search nor a budget says so.
std::optional<std::int64_t> most_calls(host::Factory& factory, const host::Node& table, const BudgetParams& budget);

/// What a fit of `model`, a plugin of `kind`, costs at most that reads so many tokens: a line with the language model
/// below it, where that is known.
std::string forecast_fit(host::Factory& factory, const host::Node& model, std::string_view kind, double tokens);

/// The language models below value models (a table of them, or an array): a line each, where they are known.
std::string forecast_values(host::Factory& factory, const host::Node& values);

}  // namespace espalier::study
