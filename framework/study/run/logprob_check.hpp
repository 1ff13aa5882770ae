#pragma once

#include "host/compose/factory.hpp"

namespace espalier::study {

/// Reports searches and value models of an arm that read log-probabilities of messages while one of its agents speaks
/// with a language model that tells none.
void check_logprobs(host::Factory& factory, const host::Node& arm, host::DryPass& pass);

}  // namespace espalier::study
