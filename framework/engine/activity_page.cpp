#include "engine/activity_page.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <espalier/kinds.hpp>
#include <memory>
#include <system_error>

namespace espalier::engine {
namespace {

constexpr std::array<char, 16> kMagic = {'e', 's', 'p', 'a', 'l', 'i', 'e', 'r', ' ', 'p', 'a', 'g', 'e', ' ', '1'};
constexpr std::size_t kNamedProblems = 5;  ///< of the open ones

constexpr const char* kMemberNames[] = {"",       "constructor", "items",     "next",  "accept", "repair",
                                        "answer", "solve",       "speak",     "score", "admit",  "step",
                                        "drop",   "reference",   "answer_to", "equal", "wait"};

const char* member_name(PluginMember member) {
  const auto number = static_cast<std::size_t>(member);
  return number < std::size(kMemberNames) ? kMemberNames[number] : "?";
}

/// Copies what fits of `text`, without control characters, and not half a character of UTF-8 at the end.
template <std::size_t size>
void copy_name(std::string_view text, std::array<char, size>& name) {
  std::size_t length = std::min(text.size(), size - 1);
  if (length < text.size()) {
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  }
  std::memset(name.data(), 0, size);
  std::transform(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length), name.begin(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F ? '?' : c;
  });
}

/// "searches/mcts" for a class that lies in .../searches/mcts.so; for others the class's name.
std::string plugin_name(const std::type_info& type) {
  Dl_info info{};
  if (::dladdr(&type, &info) != 0 && info.dli_fname != nullptr) {
    const std::filesystem::path file = info.dli_fname;
    const std::string kind = file.parent_path().filename().string();
    const bool known = std::ranges::any_of(kKinds, [&](const Kind& one) { return one.name == kind; });
    if (known && file.extension() == ".so") return kind + "/" + file.stem().string();
  }
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                        &std::free);
  return status == 0 ? readable.get() : type.name();
}

}  // namespace

constinit thread_local ActivityPage* detail::activity_page = nullptr;

ActivityPage* exchange_activity_page(ActivityPage* page) { return std::exchange(detail::activity_page, page); }

/// Appends to a buffer of fixed size what fits, and nothing else: safe in signal handlers.
class ActivityPage::Text {
 public:
  Text(const Page& page, char* text, std::size_t size) : page_(page), text_(text), room_(size) {}

  std::size_t length() const { return length_; }

  Text& add(const char* text) {
    while (*text != 0 && length_ < room_) text_[length_++] = *text++;
    return *this;
  }
  /// A name from the file, which may hold anything.
  Text& add(const Name& name) {
    for (std::size_t i = 0; i + 1 < name.size() && name[i] != 0 && length_ < room_; ++i) {
      const auto byte = static_cast<unsigned char>(name[i]);
      text_[length_++] = byte < 0x20 || byte == 0x7F ? '?' : name[i];
    }
    return *this;
  }
  Text& add(std::size_t number) {
    char digits[24];
    std::size_t count = 0;
    do digits[count++] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    while (count > 0 && length_ < room_) text_[length_++] = digits[--count];
    return *this;
  }

  Text& add_plugin(Activity where) {
    if (!where.in_plugin()) return add("no plugin");
    return where.plugin < page_.plugins.size() ? add(page_.plugins[where.plugin]) : add("?");
  }
  Text& add_problem(Activity where) {
    if (where.problem > 0 && where.problem < page_.problems.size() && page_.problems[where.problem][0] != 0)
      return add(" on problem ").add(page_.problems[where.problem]);
    std::size_t open = 0;
    for (const Name& name : page_.problems) open += name[0] != 0 ? 1 : 0;
    if (open == 0) return *this;
    add(" with ").add(open).add(open == 1 ? " problem open (" : " problems open (");
    std::size_t named = 0;
    for (const Name& name : page_.problems) {
      if (name[0] == 0) continue;
      if (named == kNamedProblems) {
        add(", ...");
        break;
      }
      add(named++ > 0 ? ", " : "").add(name);
    }
    return add(")");
  }
  Text& add_place(Activity where) {
    add_plugin(where);
    if (where.in_plugin()) add(" (").add(member_name(where.member)).add(")");
    return add_problem(where);
  }
  Text& add_places() {
    add_place(unpacked(page_.here.load(std::memory_order_relaxed)));
    for (const Word& word : page_.offloaded) {
      const Activity where = unpacked(word.load(std::memory_order_relaxed));
      if (where.in_plugin()) add(", and in work offloaded by ").add_place(where);
    }
    return *this;
  }

 private:
  const Page& page_;
  char* const text_;
  const std::size_t room_;
  std::size_t length_ = 0;
};

ActivityPage::ActivityPage() : ActivityPage(std::filesystem::path()) {}

ActivityPage::ActivityPage(std::filesystem::path file) : file_(std::move(file)) {
  if (!file_.empty() && !take_over()) file_.clear();
  if (page_ == nullptr) {
    void* const memory = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      throw std::system_error(errno, std::generic_category(), "no memory for the activity page");
    page_ = new (memory) Page;
  }
  page_->magic = kMagic;
}

ActivityPage::~ActivityPage() {
  if (detail::activity_page == this) detail::activity_page = nullptr;
  ::munmap(page_, sizeof(Page));
  std::error_code ignored;
  if (!file_.empty()) std::filesystem::remove(file_, ignored);
  if (descriptor_ >= 0) ::close(descriptor_);
}

/// Opens the file, reads what is left in it, and maps it empty. The lock goes with the process, so that a file without
/// one was left behind.
bool ActivityPage::take_over() {
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) return false;
  const auto left = std::make_unique<Page>();
  if (::pread(descriptor_, left.get(), sizeof(Page), 0) == static_cast<ssize_t>(sizeof(Page)) && left->magic == kMagic)
    last_run_ = sentence(*left);
  // Without room on the disk a mapped file would end the process when it is written.
  if (::ftruncate(descriptor_, 0) != 0 || ::posix_fallocate(descriptor_, 0, sizeof(Page)) != 0) return false;
  void* const memory = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (memory == MAP_FAILED) return false;
  page_ = new (memory) Page;
  return true;
}

std::string ActivityPage::sentence(const Page& page) {
  std::array<char, 2048> text;
  Text said(page, text.data(), text.size());
  const std::uint32_t cause = page.cause.load();
  said.add("the last run here did not come to its end: ");
  if (page.stage[0] != 0) said.add("in stage ").add(page.stage).add(" ");
  said.add("it was in ").add_places();
  if (cause == static_cast<std::uint32_t>(ProcessEnd::exited)) {
    said.add(", which ended the process");
  } else if (cause == static_cast<std::uint32_t>(ProcessEnd::did_not_come_back)) {
    said.add(", which did not come back");
  } else if (cause != 0) {
    said.add(" when signal ").add(cause).add(" ended it");
  } else {
    said.add(" when it was killed");
  }
  return {text.data(), said.length()};
}

void ActivityPage::stage(std::string_view label) { copy_name(label, page_->stage); }

void ActivityPage::offloaded(std::size_t thread, Activity where) {
  if (where.in_plugin()) offloads_[thread].fetch_add(1, std::memory_order_relaxed);
  page_->offloaded[thread].store(packed(where), std::memory_order_relaxed);
}

std::uint32_t ActivityPage::begin_problem(std::string_view id) {
  if (free_problems_.empty()) {
    if (used_problems_ + 1 >= page_->problems.size()) return 0;
    free_problems_.push_back(++used_problems_);
  }
  const std::uint32_t number = free_problems_.back();
  free_problems_.pop_back();
  copy_name(id.empty() ? "\"\"" : id, page_->problems[number]);
  return number;
}

void ActivityPage::end_problem(std::uint32_t number) {
  if (number == 0) return;
  page_->problems[number][0] = 0;
  free_problems_.push_back(number);
}

std::uint16_t ActivityPage::learn(const std::type_info& plugin) {
  const std::uint16_t number = number_of(plugin_name(plugin));
  types_.emplace_back(&plugin, number);
  return number;
}

std::uint16_t ActivityPage::number_of(std::string_view plugin) {
  Name name;
  copy_name(plugin, name);
  std::uint16_t number = 1;
  for (; number + 1U < page_->plugins.size() && page_->plugins[number][0] != 0; ++number) {
    if (page_->plugins[number] == name) return number;
  }
  page_->plugins[number] = name;  // the last number is shared by all that find no other
  return number;
}

void ActivityPage::overdue(std::uint64_t slice, double seconds) {
  overdue_seconds_.store(seconds, std::memory_order_relaxed);
  overdue_.store(slice, std::memory_order_relaxed);
}

std::string ActivityPage::text(Activity where, double seconds) const {
  std::array<char, 1024> text;
  Text said(*page_, text.data(), text.size());
  if (where.in_plugin())
    said.add_plugin(where).add(" did not come back from ").add(member_name(where.member));
  else
    said.add("a plugin did not come back");
  said.add(" for ").add(static_cast<std::size_t>(std::ceil(seconds))).add(" s").add_problem(where);
  return {text.data(), said.length()};
}

std::size_t ActivityPage::describe(char* text, std::size_t size) const {
  return Text(*page_, text, size).add_places().length();
}

ProblemScope::ProblemScope(std::string_view id) : page_(current_activity_page()) {
  if (!page_) return;
  before_ = page_->here();
  number_ = page_->begin_problem(id);
  page_->set({.problem = number_, .plugin = before_.plugin, .member = before_.member});
}

ProblemScope::~ProblemScope() {
  if (!page_) return;
  page_->end_problem(number_);
  page_->set(before_);
}

}  // namespace espalier::engine
