#pragma once

#include <filesystem>

namespace espalier::host {

/// While it lives, lines of espalier::log go to `folder`/log.txt with the time in front (appended), warnings and errors
/// also to standard error; what commands a terminal is shown in both (printable_line). Creates the folder. One at a
/// time.
class RunLog {
 public:
  explicit RunLog(const std::filesystem::path& folder);
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;
};

}  // namespace espalier::host
