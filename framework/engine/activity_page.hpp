#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

namespace espalier::engine {

/// The members of plugins that are called while an experiment runs.
enum class PluginMember : std::uint8_t {
  none,
  create,  ///< the constructor
  items,
  next,
  accept,
  repair,
  answer,
  solve,
  speak,
  score,
  admit,
  step,
  drop,
  reference,
  answer_to,
  equal,
  wait,
};

/// Where a fiber is: for which problem, in which member of which plugin. All zero: nowhere.
struct Activity {
  std::uint32_t problem = 0;  ///< its number in the page
  std::uint16_t plugin = 0;   ///< its number in the page
  PluginMember member = PluginMember::none;

  bool in_plugin() const { return member != PluginMember::none; }
};

/// How a process ended, where it could still say so: the number of a signal, or one of these.
enum class ProcessEnd : std::uint32_t { unknown = 0, exited = 1000, did_not_come_back = 1001 };

/// Says which code of which plugin a run is in, and for which problem, in memory that outlives the process: a file
/// mapped into it. Whatever ends the process (a crash, kill -9, the kernel short of memory), the next run can read it.
/// Costs a few stores to memory whenever a plugin is entered or left.
///
/// Written by the thread that it is installed on (exchange_activity_page) and the fibers of its engine, one at a time.
/// Any thread may read, and what is said to be so is safe in signal handlers.
class ActivityPage {
 public:
  static constexpr std::size_t kOffloads = 8;  ///< threads whose offloaded work is told apart

  /// In memory alone, for the sentences of a process that lives.
  ActivityPage();
  /// In `file`, which is made anew after it was read what an earlier process left there, and removed when this ends. In
  /// memory alone where another process holds the file, or it cannot be made.
  explicit ActivityPage(std::filesystem::path file);
  ~ActivityPage();
  ActivityPage(const ActivityPage&) = delete;
  ActivityPage& operator=(const ActivityPage&) = delete;

  /// A sentence about an earlier process that kept its page in the same file and came to no orderly end.
  const std::optional<std::string>& last_run() const { return last_run_; }

  /// Names the stage that runs.
  void stage(std::string_view label);

  Activity here() const { return unpacked(page_->here.load(std::memory_order_relaxed)); }
  void set(Activity where) { page_->here.store(packed(where), std::memory_order_relaxed); }
  /// Enters a member of a plugin, given its class or its name, and returns where the fiber was.
  Activity enter(const std::type_info& plugin, PluginMember member) { return enter(number_of(plugin), member); }
  Activity enter(std::string_view plugin, PluginMember member) { return enter(number_of(plugin), member); }
  /// Where the work came from that offload thread `thread` does; nowhere when it is done. From that thread.
  void offloaded(std::size_t thread, Activity where);

  /// Takes a number for a problem that is begun, 0 when too many are open; `end_problem` gives it back.
  std::uint32_t begin_problem(std::string_view id);
  void end_problem(std::uint32_t number);

  /// The time from one switch of fibers to the next is a slice: while it lasts, nobody else can run.
  std::uint64_t slice() const { return slice_.load(std::memory_order_relaxed); }
  void begin_slice() { slice_.store(slice() + 1, std::memory_order_relaxed); }
  /// Says that a slice has lasted for longer than `seconds`; the plugin hears of it when it next calls the engine.
  void overdue(std::uint64_t slice, double seconds);
  bool is_overdue() const { return overdue_.load(std::memory_order_relaxed) == slice(); }
  /// "searches/mcts did not come back from solve for 600 s on problem gsm8k-17", of the overdue slice.
  std::string overdue_text() const { return text(here(), overdue_seconds_.load(std::memory_order_relaxed)); }

  /// Whether the thread has nothing to do but to wait for offloaded work.
  bool only_offloads() const { return only_offloads_.load(std::memory_order_relaxed); }
  void only_offloads(bool waits) { only_offloads_.store(waits, std::memory_order_relaxed); }
  /// Which piece of work offload thread `thread` is at, counted from 1, and where that came from.
  std::uint64_t offload(std::size_t thread) const { return offloads_[thread].load(std::memory_order_relaxed); }
  Activity offload_of(std::size_t thread) const { return unpacked(page_->offloaded[thread].load()); }

  /// "searches/mcts did not come back from solve for 600 s on problem gsm8k-17"; where it is for no problem, with those
  /// that are open: "language_models/x did not come back from step for 600 s with 2 problems open (p1, p2)".
  std::string text(Activity where, double seconds) const;

  /// Writes "searches/mcts (solve) on problem gsm8k-17", and where offloaded work is, into `text` and returns its
  /// length. Safe in signal handlers.
  std::size_t describe(char* text, std::size_t size) const;
  /// Leaves how the process ends. Safe in signal handlers.
  void ends(ProcessEnd end) { page_->cause.store(static_cast<std::uint32_t>(end), std::memory_order_relaxed); }

 private:
  using Word = std::atomic<std::uint64_t>;
  static_assert(Word::is_always_lock_free);
  using Name = std::array<char, 96>;  ///< ends with a zero

  /// What lies in the file, which begins as zeros. Number 0 of plugins and problems is none.
  struct Page {
    std::array<char, 16> magic;
    std::atomic<std::uint32_t> cause;
    Word here;
    std::array<Word, kOffloads> offloaded;
    Name stage;
    std::array<Name, 256> plugins;
    std::array<Name, 4096> problems;  ///< an empty name: not open
  };
  class Text;

  static std::uint64_t packed(Activity where) {
    return where.problem | std::uint64_t{where.plugin} << 32 | static_cast<std::uint64_t>(where.member) << 48;
  }
  static Activity unpacked(std::uint64_t word) {
    return {static_cast<std::uint32_t>(word), static_cast<std::uint16_t>(word >> 32),
            static_cast<PluginMember>(word >> 48)};
  }
  Activity enter(std::uint16_t plugin, PluginMember member) {
    const Activity before = here();
    set({before.problem, plugin, member});
    return before;
  }
  std::uint16_t number_of(const std::type_info& plugin) {
    for (const auto& [type, number] : types_) {
      if (type == &plugin) return number;
    }
    return learn(plugin);
  }
  std::uint16_t learn(const std::type_info& plugin);
  std::uint16_t number_of(std::string_view plugin);
  bool take_over();
  static std::string sentence(const Page& page);

  std::filesystem::path file_;  ///< empty: in memory alone
  int descriptor_ = -1;
  Page* page_ = nullptr;
  std::optional<std::string> last_run_;
  std::vector<std::pair<const std::type_info*, std::uint16_t>> types_;
  std::vector<std::uint32_t> free_problems_;
  std::uint32_t used_problems_ = 0;  ///< the highest number that was ever taken
  std::atomic<std::uint64_t> slice_ = 1;
  std::atomic<std::uint64_t> overdue_ = 0;
  std::atomic<double> overdue_seconds_ = 0;
  std::atomic<bool> only_offloads_ = false;
  std::array<Word, kOffloads> offloads_{};
};

/// Installs `page` for the calling thread (null: none) and returns the one before.
ActivityPage* exchange_activity_page(ActivityPage* page);

namespace detail {
extern constinit thread_local ActivityPage* activity_page;
}
/// The page of the calling thread; null: nobody keeps one.
inline ActivityPage* current_activity_page() { return detail::activity_page; }

/// While it lives, the fiber is in a member of a plugin. Made by whoever calls the plugin, on its stack.
class PluginCall {
 public:
  template <class Plugin>
  PluginCall(const Plugin& plugin, PluginMember member) : page_(current_activity_page()) {
    if (page_) before_ = page_->enter(typeid(plugin), member);
  }
  /// For code of a plugin that has no object so far: "searches/mcts".
  PluginCall(std::string_view plugin, PluginMember member) : page_(current_activity_page()) {
    if (page_) before_ = page_->enter(plugin, member);
  }
  ~PluginCall() {
    if (page_) page_->set(before_);
  }
  PluginCall(const PluginCall&) = delete;
  PluginCall& operator=(const PluginCall&) = delete;

 private:
  ActivityPage* const page_;
  Activity before_;
};

/// While it lives, what the fiber does is for a problem.
class ProblemScope {
 public:
  explicit ProblemScope(std::string_view id);
  ~ProblemScope();
  ProblemScope(const ProblemScope&) = delete;
  ProblemScope& operator=(const ProblemScope&) = delete;

 private:
  ActivityPage* const page_;
  Activity before_;
  std::uint32_t number_ = 0;
};

}  // namespace espalier::engine
