#include <espalier/bad_input.hpp>
#include <espalier/base_model.hpp>
#include <espalier/kinds.hpp>
#include <espalier/learning.hpp>
#include <espalier/machine_failure.hpp>
#include <espalier/param_source.hpp>
#include <espalier/runtime.hpp>
#include <espalier/search.hpp>
#include <stdexcept>

namespace espalier {

// The key functions: each interface's vtable and type information live here once, whatever library uses them.
ParamSource::~ParamSource() = default;
Agent::~Agent() = default;
Backend::~Backend() = default;
BadInput::~BadInput() = default;
BudgetSpent::~BudgetSpent() = default;
Dataset::~Dataset() = default;
Episode::~Episode() = default;
Grader::~Grader() = default;
LanguageModel::~LanguageModel() = default;
Learner::~Learner() = default;
MachineFailure::~MachineFailure() = default;
ScoringHead::~ScoringHead() = default;
Scheduler::~Scheduler() = default;
Search::~Search() = default;
Topology::~Topology() = default;
Trainer::~Trainer() = default;
BaseModel::~BaseModel() = default;
Untrained::~Untrained() = default;
ValueModel::~ValueModel() = default;

std::vector<std::vector<State>> Episode::expand(std::span<const State> states, Widths all) {
  return expand(states, std::vector<Widths>(states.size(), all));
}

bool Backend::wait(std::chrono::milliseconds) { return false; }

int Backend::group() const { return 0; }

double Backend::flops(int, int) const { return 0; }

double Backend::price(const Usage&) const { return 0; }

std::optional<Chat> Agent::prompt(const Problem&, const Turn&) const { return std::nullopt; }

std::optional<Answer> Grader::answer_to(const Problem&, std::string_view text) const { return extract(text); }
bool Grader::agree(const Answer& one, const Answer& other) const {
  return one.canonical == other.canonical || equal(one, other).equal || equal(other, one).equal;
}

std::optional<Demonstration> Dataset::demonstration(const Item&, std::string_view, Key) const { return std::nullopt; }

std::variant<Message, Rejected> Topology::accept(const Problem&, const Transcript&, const Turn&,
                                                 Message message) const {
  return message;
}

std::unique_ptr<Learner> ValueModel::learner(const LearnerSpec&) { return nullptr; }

void ValueModel::save(const std::filesystem::path&) const {
  throw std::logic_error("this value model has learned nothing that could be saved");
}

Message Topology::repair(const Problem&, const Transcript&, const Turn&, Message message) const { return message; }

}  // namespace espalier
