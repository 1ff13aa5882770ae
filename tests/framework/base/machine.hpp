#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace espalier::tests {

/// A machine of which only the files exist, below a root folder that is gone when the test is over.
class Machine {
 public:
  Machine() {
    std::string name = (std::filesystem::temp_directory_path() / "espalier-base-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~Machine() { std::filesystem::remove_all(root_); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  const Machine& file(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
    return *this;
  }
  const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
};

inline const std::string kVersion2 = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
inline const std::string kVersion1 =
    "30 23 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "31 23 0:28 / /sys/fs/cgroup/memory rw shared:10 - cgroup cgroup rw,memory\n";

}  // namespace espalier::tests
