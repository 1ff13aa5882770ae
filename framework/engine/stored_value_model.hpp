#pragma once

#include <espalier/value_model.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "call_store/call_store.hpp"

namespace espalier::engine {

/// What a value model is called, and how it is taken.
struct ValueModelIdentity {
  std::string identity;     ///< equal for equal scores: a hash of parameters, weights and plugin build
  std::string name;         ///< for people: where the manifest has it, such as "values.masprm"
  ValueModel::Facts facts;  ///< `raw` also where one below it is
};

/// Makes the ValueModel that searches hold out of a plugin's: what it says is checked, and where its facts say `stored`
/// scores are looked up in the store first, once per call of `score`; only missing ones are made, side by side, and
/// become durable with the engine's next step. Each is charged what it cost when it was made. Nothing is stored or
/// looked up outside an engine, or once it has begun to learn. `store` may be null.
std::shared_ptr<ValueModel> make_value_model(std::shared_ptr<ValueModel> model, ValueModelIdentity identity,
                                             std::shared_ptr<CallStore> store);

/// The name of a value model made here; empty for others.
std::string name_of(const ValueModel& model);

/// Throws std::logic_error naming the value model, the value and the problem where there is not one value per state, a
/// mean is not finite or, unless `raw`, beyond [-1, 1], or a deviation is not finite or negative.
void check_values(const std::string& name, bool raw, std::span<const State> states, std::span<const Value> values);

/// Checks what a value model said that was not made here: one of a search's own.
void check_unnamed(const ValueModel& model, std::span<const State> states, std::span<const Value> values);

}  // namespace espalier::engine
