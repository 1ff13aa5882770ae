#include "host/plugins/writable_by_others.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <set>
#include <utility>

namespace espalier::host {
namespace {

namespace fs = std::filesystem;

std::string mode_text(mode_t mode) {
  char text[16];
  std::snprintf(text, sizeof text, "%03o", static_cast<unsigned>(mode & 07777));
  return text;
}

std::string user_name(uid_t user) {
  const passwd* entry = ::getpwuid(user);
  return entry != nullptr ? entry->pw_name : "user " + std::to_string(user);
}

class Examination {
 public:
  Examination() {
    struct stat program {};
    if (::stat("/proc/self/exe", &program) == 0) program_owner_ = program.st_uid;
  }

  void examine(const fs::path& path) {
    const fs::path end = walk(fs::absolute(path), 0);
    if (!end.empty()) look_at(end, /*on_the_way=*/false);
  }

  std::string found;

 private:
  /// Looks at every folder on the way to an absolute path and returns where it leads.
  fs::path walk(const fs::path& path, int links) {
    constexpr int most_links = 40;
    fs::path at = "/";
    for (const fs::path& step : path.relative_path()) {
      if (step.empty() || step == ".") continue;
      if (step == "..") {
        at = at.parent_path();
        continue;
      }
      look_at(at, /*on_the_way=*/true);
      const fs::path next = at / step;
      struct stat entry {};
      if (::lstat(next.c_str(), &entry) != 0 || links > most_links) return {};
      if (S_ISLNK(entry.st_mode)) {
        if (!trusted(entry.st_uid)) find(next, "it belongs to " + user_name(entry.st_uid));
        std::error_code unreadable;
        const fs::path target = fs::read_symlink(next, unreadable);
        at = walk(target.is_absolute() ? target : at / target, links + 1);
        if (at.empty()) return {};
      } else {
        at = next;
      }
    }
    return at;
  }

  void look_at(const fs::path& path, bool on_the_way) {
    if (!seen_.emplace(path.string(), on_the_way).second) return;
    struct stat entry {};
    if (::stat(path.c_str(), &entry) != 0) return;
    const bool kept_by_sticky = on_the_way && (entry.st_mode & S_ISVTX) != 0;
    if (!trusted(entry.st_uid)) {
      find(path, "it belongs to " + user_name(entry.st_uid));
    } else if ((entry.st_mode & S_IWOTH) != 0 && !kept_by_sticky) {
      find(path, "mode " + mode_text(entry.st_mode), "chmod go-w " + path.string());
    } else if ((entry.st_mode & S_IWGRP) != 0 && !kept_by_sticky && shared(entry.st_gid, entry.st_uid)) {
      const group* of = ::getgrgid(entry.st_gid);
      find(path,
           "mode " + mode_text(entry.st_mode) + ", group " +
               (of != nullptr ? of->gr_name : std::to_string(entry.st_gid)),
           "chmod g-w " + path.string());
    }
  }

  void find(const fs::path& path, const std::string& why, const std::string& mend = "use a copy of your own") {
    if (found.empty()) found = "others may write to " + path.string() + " (" + why + "); " + mend;
  }

  bool trusted(uid_t user) const { return user == 0 || user == ::geteuid() || user == program_owner_; }

  /// Whether a group has members that are not trusted, as far as that can be told: a group of the owner's own name is
  /// the owner's alone where nobody else was added.
  bool shared(gid_t id, uid_t owner) const {
    if (id == 0) return false;
    const group* of = ::getgrgid(id);
    if (of == nullptr) return true;
    const std::string name = of->gr_name;
    for (char** member = of->gr_mem; *member != nullptr; ++member) {
      const passwd* entry = ::getpwnam(*member);
      if (entry == nullptr || !trusted(entry->pw_uid)) return true;
    }
    return name != user_name(owner);
  }

  uid_t program_owner_ = 0;
  std::set<std::pair<std::string, bool>> seen_;
};

}  // namespace

std::optional<std::string> writable_by_others(std::span<const fs::path> paths) {
  Examination examination;
  for (const fs::path& path : paths) {
    examination.examine(path);
    if (!examination.found.empty()) return examination.found;
  }
  return std::nullopt;
}

}  // namespace espalier::host
