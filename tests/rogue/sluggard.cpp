#include <chrono>
#include <cstdlib>
#include <espalier/language_model.hpp>
#include <espalier/machine_failure.hpp>
#include <espalier/plugin.hpp>
#include <map>
#include <thread>

namespace {

enum class Habit { none, slow, sleeps, ignores, greedy, dies };

/// Says "The answer is 4." to everything, or another digit if it is slow, when it answers.
class Sluggard final : public espalier::Backend {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    Habit habit = field("habit", Habit::none,
                        "slow: takes 5 ms for each request; sleeps: in a step; ignores: never answers; greedy: has no "
                        "memory for more than three requests; "
                        "dies: throws.",
                        {{"none", Habit::none},
                         {"slow", Habit::slow},
                         {"sleeps", Habit::sleeps},
                         {"ignores", Habit::ignores},
                         {"greedy", Habit::greedy},
                         {"dies", Habit::dies}});
    std::string prompt = field("prompt", "", "What the last message of a request says that it does this to.");
  };

  explicit Sluggard(Params params) : params_(std::move(params)) {}

  bool admit(espalier::Ticket ticket, const espalier::Work& work) override {
    held_[ticket] = std::get<espalier::Request>(work);
    return true;
  }

  void step(std::vector<espalier::Finished>& finished) override {
    if (params_.habit == Habit::greedy && held_.size() > 3)
      throw espalier::MachineFailure("there is no memory for so many");
    for (const auto& [ticket, request] : held_) {
      if (!meant(request)) continue;
      if (params_.habit == Habit::sleeps) std::this_thread::sleep_for(std::chrono::hours(1));
      if (params_.habit == Habit::dies) throw std::runtime_error("this request is too much");
    }
    for (auto one = held_.begin(); one != held_.end();) {
      if (params_.habit == Habit::ignores && meant(one->second)) {
        ++one;
        continue;
      }
      finished.push_back({one->first, answers(one->second)});
      one = held_.erase(one);
    }
  }

  void drop(espalier::Ticket ticket) override { held_.erase(ticket); }
  int tokens(std::string_view) const override { return 1; }

 private:
  bool meant(const espalier::Request& request) const {
    if (std::getenv("ROGUES_BEHAVE") != nullptr) return false;  // so that the same run can be ended in order
    return !params_.prompt.empty() && request.chat.messages.back().text.find(params_.prompt) != std::string::npos;
  }

  std::vector<espalier::Completion> answers(const espalier::Request& request) const {
    const bool slow = params_.habit == Habit::slow;
    if (slow) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::vector<espalier::Completion> answers(static_cast<std::size_t>(request.count));
    for (std::size_t k = 0; k < answers.size(); ++k) {
      const double drawn = espalier::draw_uniform(request.key.child(static_cast<std::uint64_t>(request.first) + k), 0);
      answers[k].text = "The answer is " + std::to_string(slow ? static_cast<int>(drawn * 10) : 4) + ".";
      answers[k].tokens = {1};
      answers[k].logprobs = {-0.5F};
    }
    return answers;
  }

  Params params_;
  std::map<espalier::Ticket, espalier::Request> held_;
};

}  // namespace

ESPALIER_PLUGIN(Sluggard, "Answers when it pleases.")
