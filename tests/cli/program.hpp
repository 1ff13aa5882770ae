#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace espalier::tests {

/// What a finished process left.
struct Finished {
  int code = -1;
  std::string out;
  std::string err;
};

inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A folder of its own for one test case, empty at the begin; what is in it is kept for a look after a failure.
class Workplace {
 public:
  explicit Workplace(const std::string& name)
      : folder_(std::filesystem::path(ESPALIER_BINARY_DIR) / "tests" / "cli-work" / name) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  /// Runs the program in this folder and waits for its end.
  Finished espalier(const std::vector<std::string>& arguments, const std::string& input = "") const {
    std::ofstream(folder_ / "stdin.txt", std::ios::binary) << input;
    return wait(start(arguments));
  }

  /// Starts the program in this folder; its output goes to stdout.txt and stderr.txt.
  pid_t start(const std::vector<std::string>& arguments) const {
    std::vector<std::string> words = {ESPALIER_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    std::fflush(nullptr);  // or the child would write what waits in the parent's buffers a second time
    const pid_t child = ::fork();
    if (child != 0) return child;
    const auto open = [&](const char* file, const char* mode, FILE* stream) {
      if (std::freopen((folder_ / file).c_str(), mode, stream) == nullptr) ::_exit(126);
    };
    std::ofstream(folder_ / "stdin.txt", std::ios::app).close();
    open("stdin.txt", "r", stdin);
    open("stdout.txt", "w", stdout);
    open("stderr.txt", "w", stderr);
    if (::chdir(folder_.c_str()) == 0) ::execv(pointers.front(), pointers.data());
    ::_exit(127);
  }

  /// Whether a started program has ended; `wait` still has to be called.
  bool ended(pid_t child) const {
    siginfo_t state{};
    return ::waitid(P_PID, static_cast<id_t>(child), &state, WEXITED | WNOHANG | WNOWAIT) == 0 && state.si_pid == child;
  }

  Finished wait(pid_t child) const {
    int status = 0;
    ::waitpid(child, &status, 0);
    return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            .out = text_of(folder_ / "stdout.txt"),
            .err = text_of(folder_ / "stderr.txt")};
  }

 private:
  std::filesystem::path folder_;
};

inline std::string source_file(const std::string& name) { return std::string(ESPALIER_SOURCE_DIR) + "/" + name; }

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace espalier::tests
