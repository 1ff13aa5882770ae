#pragma once

#include <atomic>
#include <deque>
#include <espalier/agent.hpp>
#include <espalier/grader.hpp>
#include <espalier/language_model.hpp>
#include <espalier/search.hpp>
#include <espalier/topology.hpp>
#include <espalier/value_model.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "engine/episode.hpp"
#include "engine/solve.hpp"

/// Stand-ins for plugins, as simple as the engine's tests allow.
namespace espalier::engine::tests {

/// A folder that is gone at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Runs SQL on a database behind its owner's back.
void execute_sql(const std::filesystem::path& file, const char* sql);

/// A language model whose completions are words drawn from the request's key. How many requests it takes at once and
/// how many steps each lasts vary; what it says does not.
class DiceBackend : public Backend {
 public:
  struct Habits {
    std::size_t batch = 16;  ///< requests it holds at most
    int longest = 1;         ///< steps a request lasts, drawn from 1 .. longest
    unsigned seed = 0;       ///< of those draws
  };

  DiceBackend() = default;
  explicit DiceBackend(Habits habits) : habits_(habits) {}

  bool admit(Ticket ticket, const Work& work) override;
  void step(std::vector<Finished>& finished) override;
  void drop(Ticket ticket) override;
  int tokens(std::string_view text) const override;
  double flops(int read, int generated) const override { return 100.0 * read + 7.0 * read * generated; }

  std::size_t steps() const { return steps_; }
  std::size_t completions() const { return completions_; }  ///< drawn so far
  std::size_t largest() const { return largest_; }          ///< requests it held in one step at most
  std::size_t held() const { return running_.size(); }

  /// Called for every request taken in.
  std::function<void(const Request&)> on_request;

 private:
  struct Running {
    Work work;
    int steps_left;
  };
  Habits habits_;
  std::map<Ticket, Running> running_;
  std::size_t steps_ = 0;
  std::size_t completions_ = 0;
  std::size_t largest_ = 0;
};

/// Returns what DiceBackend says to a request.
std::vector<Completion> dice_completions(const Request& request);

/// Shows its inbox to a language model.
class Talker final : public Agent {
 public:
  explicit Talker(std::shared_ptr<LanguageModel> model) : model_(std::move(model)) {}
  std::vector<Message> speak(const Problem& problem, const Turn& turn, const Draw& draw) override;

 private:
  std::shared_ptr<LanguageModel> model_;
};

/// An agent made of a function of turn, draw and candidate.
class Puppet final : public Agent {
 public:
  using Say = std::function<std::string(const Turn&, const Draw&, int candidate)>;
  explicit Puppet(Say say) : say_(std::move(say)) {}
  std::vector<Message> speak(const Problem& problem, const Turn& turn, const Draw& draw) override;

 private:
  Say say_;
};

/// Roles that speak one after the other, each hearing the question and the last message. Texts that contain "reject"
/// are rejected; repaired, they say "mended".
class Line final : public Topology {
 public:
  explicit Line(std::vector<std::string> roles);
  const Graph& graph() const override { return graph_; }
  std::optional<Turn> next(const Problem& problem, const Transcript& transcript) const override;
  std::string answer(const Problem& problem, const Transcript& transcript) const override;
  std::variant<Message, Rejected> accept(const Problem&, const Transcript&, const Turn&,
                                         Message message) const override;
  Message repair(const Problem&, const Transcript&, const Turn&, Message message) const override;

 private:
  Graph graph_;
};

/// The answer is the text up to its first space; gold "" cannot be read.
class FirstWord final : public Grader {
 public:
  std::optional<Answer> extract(std::string_view text) const override;
  std::optional<Answer> reference(std::string_view gold) const override;
  Verdict equal(const Answer& answer, const Answer& gold) const override;
};

/// Scores a state by a third of the mean log-probability of its newest message, after asking a model about it when
/// there is one.
class MeanLogprob final : public ValueModel {
 public:
  explicit MeanLogprob(std::shared_ptr<LanguageModel> judge = nullptr) : judge_(std::move(judge)) {}
  std::vector<Value> score(std::span<const State> states) override;

 private:
  std::shared_ptr<LanguageModel> judge_;
};

/// A search made of a function.
class Plan final : public Search {
 public:
  using Solve = std::function<Outcome(Episode&)>;
  explicit Plan(Solve solve) : solve_(std::move(solve)) {}
  Outcome solve(Episode& episode) const override { return solve_(episode); }

 private:
  Solve solve_;
};

/// Keeps the `keep` best states of every layer and expands each `width`-fold, until all are terminal.
Outcome beam(Episode& episode, ValueModel& model, int keep, int width);

/// A team of talkers in a line.
Team line_of_talkers(const std::shared_ptr<LanguageModel>& model, const std::vector<std::string>& roles);

/// How a task ended.
enum class TaskEnd { not_begun, done, failed, abandoned };

struct TaskReport {
  TaskEnd end = TaskEnd::not_begun;
  std::exception_ptr error;  ///< of failed tasks
};

/// Runs tasks of which one that throws fails alone, and tells how each ended.
std::vector<TaskReport> run_tasks(Engine& engine, std::size_t count, const Engine::Body& body);

/// Keeps what it is told of.
class Audience final : public SolveObserver {
 public:
  void begun(std::size_t) override {}
  void finished(std::size_t arm, EpisodeRecord record, const EpisodeTiming& timing) override;

  /// The records of an arm in the order of its items.
  std::vector<EpisodeRecord> records(std::size_t arm = 0) const;

  std::function<void(const EpisodeRecord&)> on_finished;
  std::vector<std::string> ids;  ///< of all problems in the order in which they ended
  std::vector<EpisodeTiming> timings;

 private:
  std::map<std::pair<std::size_t, std::size_t>, EpisodeRecord> records_;
};

/// Problems "p0", "p1", ... whose gold answer is one of DiceBackend's words.
std::vector<Item> problems(std::size_t count);

/// Everything in a record, spelt out: equal texts for equal records.
std::string spell_record(const EpisodeRecord& record);

}  // namespace espalier::engine::tests
