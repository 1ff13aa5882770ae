#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/record.hpp"
#include "study/json.hpp"
#include "study/results/line_file.hpp"

namespace espalier::study {

/// One line of records.jsonl: the problem, the answer and the whole search tree, with keys in a fixed order and nothing
/// that differs between equal runs. Absent things (no note, no score) have no key.
Json record_json(const engine::EpisodeRecord& record, std::string_view arm);
/// What complaints of a line of records.jsonl begin with, behind its place.
inline constexpr std::string_view kNoRecord = "no record of a search tree: ";
/// One line of timings.jsonl.
Json timing_json(const engine::EpisodeRecord& record, const engine::EpisodeTiming& timing, std::string_view arm);

/// records.jsonl and timings.jsonl of a stage, written problem by problem in the order of arms, seeds and dataset, each
/// as soon as those before it are there. Those that wait for an earlier one are held, in memory or aside, so that
/// memory does not grow with their number. What cannot be written is a MachineFailure.
class RecordFiles {
 public:
  /// Lines of one problem.
  struct Lines {
    std::string record;
    std::string timing;
  };
  /// Called when a problem's lines are written.
  using Written = std::function<void(std::size_t place)>;

  /// `most_held`: bytes of waiting lines in memory.
  RecordFiles(const std::filesystem::path& folder, Written written, std::size_t most_held = 32 << 20);

  /// Takes the lines of the problem that is number `place` of the stage.
  void add(std::size_t place, Lines lines);
  /// Problems written.
  std::size_t size() const { return next_; }
  void close();

 private:
  struct Held {
    Lines lines;
    std::optional<SpillFile::Place> aside;  ///< where the record is instead
  };

  void write(Lines lines);
  void hold(std::size_t place, Lines lines);
  Lines release(Held held);

  LineFile records_;
  LineFile timings_;
  SpillFile aside_;
  Written written_;
  std::size_t most_held_;
  std::map<std::size_t, Held> held_;  ///< by place
  std::size_t held_bytes_ = 0;
  std::size_t next_ = 0;  ///< place
};

/// "agent_calls", "prompt_tokens", ... of a cost.
Json cost_json(const engine::Cost& cost);

}  // namespace espalier::study
