#include <espalier/agent.hpp>
#include <espalier/kit/agents/turn_template.hpp>
#include <espalier/kit/weighted_choice.hpp>
#include <espalier/plugin.hpp>
#include <numeric>

namespace {

/// The texts one role says. Without weights, candidate k of a turn says text k modulo their number, so that a wide
/// enough expansion sees them all; with weights, each candidate draws one by the turn's key.
struct Lines : espalier::Params {
  using espalier::Params::Params;
  std::vector<std::string> replies = field(
      "replies", std::vector<std::string>{},
      "What is said: candidate k says reply k, starting over at the end. {question}, {inbox}, {from:NAME} and {role} "
      "are filled in; {{ and }} are braces; those of LaTeX stay.");
  std::vector<double> weights =
      field("weights", std::vector<double>{},
            "Draw replies at random in these proportions instead; one number per reply.", espalier::between(0, 1e9));

  void validate() const {
    for (std::size_t i = 0; i < replies.size(); ++i) {
      if (const auto fault = espalier::TurnTemplate::fault(replies[i]))
        reject("replies[" + std::to_string(i) + "]", *fault);
    }
    if (weights.empty()) return;
    if (weights.size() != replies.size()) {
      reject("weights", "must have one number per reply: " + std::to_string(replies.size()) + ", got " +
                            std::to_string(weights.size()));
    } else if (std::accumulate(weights.begin(), weights.end(), 0.0) <= 0) {
      reject("weights", "must not all be zero");
    }
  }

  std::size_t pick(const espalier::Key& key, int candidate) const {
    if (weights.empty()) return static_cast<std::size_t>(candidate) % replies.size();
    return espalier::weighted_choice(weights,
                                     espalier::draw_uniform(key.child(static_cast<std::uint64_t>(candidate)), 0));
  }
};

/// Says what the manifest tells it to: the stand-in for a model in tests, demonstrations and measurements of the rest.
class Scripted final : public espalier::Agent {
 public:
  struct Params : Lines {
    using Lines::Lines;
    std::vector<espalier::Named<Lines>> roles =
        tables<Lines>("roles", "Replies of single roles, under the role's name.");
  };

  static Facts facts(const Params& params) {
    Facts facts;
    const auto add = [&](const Lines& lines, const std::string& role) {
      for (const auto& reply : lines.replies) {
        for (auto& node : espalier::TurnTemplate(reply, "").senders()) facts.wanted.push_back({std::move(node), role});
      }
    };
    add(params, "");
    for (const auto& [role, lines] : params.roles) add(lines, role);
    return facts;
  }

  explicit Scripted(Params params) : params_(std::move(params)) {}

  std::vector<espalier::Message> speak(const espalier::Problem& problem, const espalier::Turn& turn,
                                       const espalier::Draw& draw) override {
    const Lines& lines = lines_of(turn.role);
    std::vector<espalier::Message> messages(static_cast<std::size_t>(draw.count));
    for (int i = 0; i < draw.count; ++i) {
      const std::string reply = lines.replies.empty() ? "{inbox}" : lines.replies[lines.pick(draw.key, draw.first + i)];
      messages[static_cast<std::size_t>(i)].text = espalier::TurnTemplate(reply, "\n\n").fill(problem, turn);
    }
    return messages;
  }

 private:
  const Lines& lines_of(const std::string& role) const {
    for (const auto& [name, lines] : params_.roles) {
      if (name == role) return lines;
    }
    return params_;
  }

  Params params_;
};

}  // namespace

ESPALIER_PLUGIN(Scripted, "Says what the manifest tells it to, by role and candidate number or at random.")
