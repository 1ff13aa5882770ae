#pragma once

#include <espalier/kit/text_template.hpp>
#include <espalier/topology.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// A text with places for what an agent sees at its turn:
///
///   {question}   the problem's question
///   {inbox}      all payloads, in the order of the inbox, joined by a separator
///   {from:NAME}  the payload of the node called NAME ("question" for the question); empty when it did not arrive
///   {role}       the role the agent speaks in
class TurnTemplate {
 public:
  /// Throws std::invalid_argument with what `fault` says.
  TurnTemplate(std::string_view text, std::string separator);

  /// What is wrong with a text, as TextTemplate::fault says it; nothing where all is right.
  static std::optional<std::string> fault(std::string_view text);

  /// The text with all places filled, without white space at either end.
  std::string fill(const Problem& problem, const Turn& turn) const;

  /// The NAMEs of {from:NAME}.
  std::vector<std::string> senders() const;

 private:
  std::string value(const std::string& name, const Problem& problem, const Turn& turn) const;
  std::string joined(const Turn& turn) const;

  TextTemplate text_;
  std::string separator_;
};

}  // namespace espalier
