#include "base/regex.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

#include "base/utf8.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace espalier::base {
namespace {

// A million steps take some ten milliseconds: far more than any honest pattern needs on one message.
constexpr std::uint32_t kMatchLimit = 1'000'000;
constexpr std::uint32_t kStepsPerByte = 16;
constexpr std::uint32_t kHeapLimitKibibytes = 16 * 1024;

PCRE2_SPTR units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

std::string explain(int code) {
  PCRE2_UCHAR buffer[256];
  pcre2_get_error_message(code, buffer, sizeof buffer);
  return reinterpret_cast<const char*>(buffer);
}

/// Owns what PCRE2 makes.
template <auto free>
struct Free {
  template <class T>
  void operator()(T* made) const {
    free(made);
  }
};
template <class T, auto free>
using Owned = std::unique_ptr<T, Free<free>>;
using MatchData = Owned<pcre2_match_data, pcre2_match_data_free>;
using MatchContext = Owned<pcre2_match_context, pcre2_match_context_free>;
using Code = Owned<pcre2_code, pcre2_code_free>;
using JitStack = Owned<pcre2_jit_stack, pcre2_jit_stack_free>;

/// Where compiled matching keeps what it may go back to: on the heap, because fibers have small stacks. One per thread
/// is enough, for nothing parks while it matches.
pcre2_jit_stack* stack_of_thread(void*) {
  thread_local const JitStack stack(pcre2_jit_stack_create(32 * 1024, kHeapLimitKibibytes * 1024, nullptr));
  return stack.get();
}

MatchContext context_with_limit(std::uint32_t steps) {
  MatchContext context(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(context.get(), steps);
  pcre2_set_heap_limit(context.get(), kHeapLimitKibibytes);
  pcre2_jit_stack_assign(context.get(), stack_of_thread, nullptr);
  return context;
}

}  // namespace

struct Regex::Compiled {
  Compiled(std::string_view pattern, Options options) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    const std::uint32_t flags = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | (options.unicode_classes ? PCRE2_UCP : 0) |
                                (options.every_line ? PCRE2_MULTILINE : 0);
    code.reset(pcre2_compile(units(pattern), pattern.size(), flags, &error, &offset, nullptr));
    if (code == nullptr) throw std::invalid_argument(explain(error) + " at character " + std::to_string(offset + 1));
    pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);  // where there is no compiler, the interpreter does it
  }

  MatchData data() const { return MatchData(pcre2_match_data_create_from_pattern(code.get(), nullptr)); }

  /// Whether anything matches from byte `at` on.
  bool run(std::string_view text, std::size_t at, pcre2_match_data* data, pcre2_match_context* context) const {
    const int result = pcre2_match(code.get(), units(text), text.size(), at, 0, data, context);
    if (result >= 0) return true;
    if (result == PCRE2_ERROR_NOMATCH) return false;
    throw std::runtime_error("regular expression gave up: " + explain(result));
  }

  Code code;
  MatchContext limits = context_with_limit(kMatchLimit);
};

Regex::Regex(std::string_view pattern, Options options) : compiled_(std::make_shared<Compiled>(pattern, options)) {}

bool Regex::found_in(std::string_view text) const {
  return compiled_->run(text, 0, compiled_->data().get(), compiled_->limits.get());
}

std::vector<std::string> Regex::match(std::string_view text) const {
  const MatchData data = compiled_->data();
  if (!compiled_->run(text, 0, data.get(), compiled_->limits.get())) return {};
  const PCRE2_SIZE* const bounds = pcre2_get_ovector_pointer(data.get());
  std::vector<std::string> groups(pcre2_get_ovector_count(data.get()));
  for (std::size_t group = 0; group < groups.size(); ++group) {
    if (bounds[2 * group] == PCRE2_UNSET) continue;
    groups[group] = text.substr(bounds[2 * group], bounds[2 * group + 1] - bounds[2 * group]);
  }
  return groups;
}

void Regex::find_all(std::string_view text, std::vector<Range>& matches) const {
  matches.clear();
  const std::uint64_t steps = kMatchLimit + kStepsPerByte * std::uint64_t{text.size()};
  const auto context = context_with_limit(
      static_cast<std::uint32_t>(std::min<std::uint64_t>(steps, std::numeric_limits<std::uint32_t>::max())));
  const MatchData data = compiled_->data();
  const PCRE2_SIZE* const bounds = pcre2_get_ovector_pointer(data.get());
  for (std::size_t at = 0; at <= text.size() && compiled_->run(text, at, data.get(), context.get());) {
    const Range found{bounds[0], bounds[1]};
    at = found.second;
    if (found.first == found.second && !matches.empty() && matches.back().second == found.second) {
      at += at < text.size() ? utf8_part(text, at).length : 1;
      continue;
    }
    matches.push_back(found);
  }
}

}  // namespace espalier::base
