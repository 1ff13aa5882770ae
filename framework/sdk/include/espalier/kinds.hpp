#pragma once

#include <array>
#include <espalier/agent.hpp>
#include <espalier/dataset.hpp>
#include <espalier/grader.hpp>
#include <espalier/language_model.hpp>
#include <espalier/search.hpp>
#include <espalier/topology.hpp>
#include <espalier/value_model.hpp>
#include <string_view>

namespace espalier {

/// A kind of plugin: its folder, and the manifest section that holds shared objects of it.
struct Kind {
  std::string_view name;
  std::string_view section;
  std::string_view singular;  ///< as a message says it
};

/// All kinds, in the order help pages list them.
inline constexpr std::array kKinds = {
    Kind{Agent::kind, Agent::section, "agent"},
    Kind{Topology::kind, Topology::section, "topology"},
    Kind{Search::kind, Search::section, "search"},
    Kind{ValueModel::kind, ValueModel::section, "value model"},
    Kind{LanguageModel::kind, LanguageModel::section, "language model"},
    Kind{Dataset::kind, Dataset::section, "dataset"},
    Kind{Grader::kind, Grader::section, "grader"},
};

}  // namespace espalier
