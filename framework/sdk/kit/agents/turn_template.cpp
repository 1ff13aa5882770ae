#include <espalier/kit/agents/turn_template.hpp>
#include <utility>

namespace espalier {
namespace {

constexpr std::string_view kFrom = "from:";

const TextTemplate::Names& places() {
  static const TextTemplate::Names names{"question", "inbox", "from:NAME", "role"};
  return names;
}

std::string trimmed(const std::string& text) {
  constexpr std::string_view white = " \t\r\n";
  const std::size_t first = text.find_first_not_of(white);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

}  // namespace

TurnTemplate::TurnTemplate(std::string_view text, std::string separator)
    : text_(text, places()), separator_(std::move(separator)) {}

std::optional<std::string> TurnTemplate::fault(std::string_view text) { return TextTemplate::fault(text, places()); }

std::string TurnTemplate::fill(const Problem& problem, const Turn& turn) const {
  return trimmed(text_.fill([&](const std::string& name) { return value(name, problem, turn); }));
}

std::vector<std::string> TurnTemplate::senders() const {
  std::vector<std::string> senders;
  for (const std::string& name : text_.names()) {
    if (name.starts_with(kFrom)) senders.push_back(name.substr(kFrom.size()));
  }
  return senders;
}

std::string TurnTemplate::value(const std::string& name, const Problem& problem, const Turn& turn) const {
  if (name == "question") return problem.question;
  if (name == "role") return turn.role;
  if (name == "inbox") return joined(turn);
  const std::string_view sender = std::string_view(name).substr(kFrom.size());
  for (const Delivery& delivery : turn.inbox) {
    if (delivery.name == sender) return delivery.text;
  }
  return {};
}

std::string TurnTemplate::joined(const Turn& turn) const {
  std::string all;
  for (const Delivery& delivery : turn.inbox) {
    if (&delivery != &turn.inbox.front()) all += separator_;
    all += delivery.text;
  }
  return all;
}

}  // namespace espalier
