#include "base/regex.hpp"

#include <stdexcept>
#include <string>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace espalier::base {
namespace {

// A million steps take some ten milliseconds: far more than any honest pattern needs on one message.
constexpr std::uint32_t kMatchLimit = 1'000'000;
constexpr std::uint32_t kHeapLimitKibibytes = 16 * 1024;

PCRE2_SPTR units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

std::string explain(int code) {
  PCRE2_UCHAR buffer[256];
  pcre2_get_error_message(code, buffer, sizeof buffer);
  return reinterpret_cast<const char*>(buffer);
}

struct MatchDataFree {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
using MatchData = std::unique_ptr<pcre2_match_data, MatchDataFree>;

}  // namespace

struct Regex::Compiled {
  explicit Compiled(std::string_view pattern) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    code = pcre2_compile(units(pattern), pattern.size(), PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error, &offset, nullptr);
    if (code == nullptr) throw std::invalid_argument(explain(error) + " at character " + std::to_string(offset + 1));
    limits = pcre2_match_context_create(nullptr);
    pcre2_set_match_limit(limits, kMatchLimit);
    pcre2_set_heap_limit(limits, kHeapLimitKibibytes);
  }
  ~Compiled() {
    pcre2_match_context_free(limits);
    pcre2_code_free(code);
  }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  /// Returns the number of groups set plus one, or 0 when nothing matches. The interpreter, not the just-in-time
  /// compiler, is used: its memory is on the heap.
  int run(std::string_view text, pcre2_match_data* data) const {
    const int result = pcre2_match(code, units(text), text.size(), 0, 0, data, limits);
    if (result == PCRE2_ERROR_NOMATCH) return 0;
    if (result < 0) throw std::runtime_error("regular expression gave up: " + explain(result));
    return result;
  }

  pcre2_code* code = nullptr;
  pcre2_match_context* limits = nullptr;
};

Regex::Regex(std::string_view pattern) : compiled_(std::make_shared<const Compiled>(pattern)) {}

bool Regex::found_in(std::string_view text) const {
  const MatchData data(pcre2_match_data_create_from_pattern(compiled_->code, nullptr));
  return compiled_->run(text, data.get()) > 0;
}

std::vector<std::string> Regex::match(std::string_view text) const {
  const MatchData data(pcre2_match_data_create_from_pattern(compiled_->code, nullptr));
  if (compiled_->run(text, data.get()) == 0) return {};
  const PCRE2_SIZE* const bounds = pcre2_get_ovector_pointer(data.get());
  std::vector<std::string> groups(pcre2_get_ovector_count(data.get()));
  for (std::size_t group = 0; group < groups.size(); ++group) {
    if (bounds[2 * group] == PCRE2_UNSET) continue;
    groups[group] = text.substr(bounds[2 * group], bounds[2 * group + 1] - bounds[2 * group]);
  }
  return groups;
}

}  // namespace espalier::base
