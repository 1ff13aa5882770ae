#include "study/run/environment.hpp"

#include <dlfcn.h>
#include <sys/utsname.h>

#include <boost/version.hpp>
#include <ctime>
#include <espalier/build.hpp>
#include <espalier/runtime.hpp>
#include <fstream>
#include <thread>

#include "host/content_hash.hpp"

namespace espalier::study {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

/// The commit a reference such as refs/heads/main points to, loose or packed.
std::string resolved_reference(const fs::path& git, const std::string& name) {
  // Worktrees keep their branches in the common folder.
  const std::string common = first_line(git / "commondir");
  const fs::path shared = common.empty() ? git : git / common;
  if (const std::string commit = first_line(shared / name); !commit.empty()) return commit;
  std::ifstream packed(shared / "packed-refs");
  for (std::string line; std::getline(packed, line);) {
    if (line.size() > 41 && line.substr(41) == name) return line.substr(0, 40);
  }
  return "";
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm calendar{};
  gmtime_r(&now, &calendar);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &calendar);
  return text;
}

}  // namespace

std::string git_commit(const fs::path& folder) {
  for (fs::path at = fs::absolute(folder.empty() ? fs::path(".") : folder); at.has_relative_path();
       at = at.parent_path()) {
    fs::path git = at / ".git";
    if (!fs::exists(git)) continue;
    if (fs::is_regular_file(git)) {  // a worktree or submodule: "gitdir: PATH"
      const std::string line = first_line(git);
      if (!line.starts_with("gitdir: ")) return "";
      git = at / line.substr(8);
    }
    const std::string head = first_line(git / "HEAD");
    return head.starts_with("ref: ") ? resolved_reference(git, head.substr(5)) : head;
  }
  return "";
}

std::string processor_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("model name") && line.find(": ") != std::string::npos) return line.substr(line.find(": ") + 2);
  }
  return "unknown";
}

std::string program_content() {
  static const std::string content = [] {
    Dl_info sdk{};
    ::dladdr(reinterpret_cast<const void*>(&current_scheduler), &sdk);
    return host::hash_text(host::hash_content("/proc/self/exe") + host::hash_content(sdk.dli_fname));
  }();
  return content;
}

std::string torch_version() { return ESPALIER_BUILT_WITH_TORCH; }

Json describe_environment(const fs::path& folder) {
  utsname system{};
  uname(&system);
  Json json = {{"espalier", kVersion},
               {"build", kBuildFingerprint},
               {"program", program_content()},
               {"boost", BOOST_LIB_VERSION},
               {"system", std::string(system.sysname) + " " + system.release + " " + system.machine},
               {"processor", processor_name()},
               {"threads", std::thread::hardware_concurrency()},
               {"begun", utc_now()}};
  if (const std::string torch = torch_version(); !torch.empty()) json["torch"] = torch;
  if (const std::string commit = git_commit(folder); !commit.empty()) json["git_commit"] = commit;
  return json;
}

}  // namespace espalier::study
