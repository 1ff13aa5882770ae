#pragma once

#include <functional>
#include <string_view>

#include "host/compose/factory.hpp"

namespace espalier::study {

/// What a walk is shown of a plugin: its kind and its table in the manifest.
using PluginVisit = std::function<bool(std::string_view kind, const host::Node& table)>;

/// Shows `visit` the plugin that `reference` (a plugin table, or the name of a shared object) stands for, and then all
/// that it holds along the parameters that hold plugins, a shared object once. Ends when `visit` returns true, and
/// returns whether it did. Products of stages and plugins that do not exist are passed over.
bool any_plugin(host::Factory& factory, const host::Node& reference, std::string_view kind, const PluginVisit& visit);

}  // namespace espalier::study
