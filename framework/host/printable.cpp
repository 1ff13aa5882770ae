#include "host/printable.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "host/manifest/characters.hpp"

namespace espalier::host {
namespace {

/// A character by its number. Above C0 as JSON would say it too, so that a line of JSON stays the same value.
std::string escaped(unsigned character) {
  if (character == '\n') return "\\n";
  if (character == '\t') return "\\t";
  if (character == '\r') return "\\r";
  char text[16];
  std::snprintf(text, sizeof text, character < 0x20 ? "\\x%02x" : "\\u%04x", character);
  return text;
}

std::string printable(std::string_view text, std::string_view kept) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    const auto character = take_character(text);
    const std::string_view spelled = before.substr(0, before.size() - text.size());
    if (!character) {
      char byte[8];
      std::snprintf(byte, sizeof byte, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(spelled.front())));
      shown += byte;
      continue;
    }
    const bool stays = !commands_terminal(*character) || kept.find(spelled) != std::string_view::npos;
    shown += stays ? std::string(spelled) : escaped(*character);
  }
  return shown;
}

/// The bytes at the end of a text that may be the begin of a character.
std::size_t unfinished(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xc0) == 0x80) continue;
    const std::size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

}  // namespace

std::string printable_line(std::string_view text) { return printable(text, ""); }

std::string printable_lines(std::string_view text) { return printable(text, "\n\t"); }

PrintableOutput::PrintableOutput(std::ostream& stream, int descriptor)
    : stream_(stream), descriptor_(descriptor), terminal_(::isatty(descriptor) == 1), own_(stream.rdbuf(this)) {}

PrintableOutput::~PrintableOutput() {
  stream_.flush();
  stream_.rdbuf(own_);
}

int PrintableOutput::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

PrintableOutput::int_type PrintableOutput::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  const char byte = traits_type::to_char_type(character);
  const std::lock_guard lock(mutex_);
  return add({&byte, 1}) ? character : traits_type::eof();
}

std::streamsize PrintableOutput::xsputn(const char* text, std::streamsize size) {
  const std::lock_guard lock(mutex_);
  return add({text, static_cast<std::size_t>(size)}) ? size : 0;
}

int PrintableOutput::sync() {
  const std::lock_guard lock(mutex_);
  return hand_out() ? 0 : -1;
}

bool PrintableOutput::add(std::string_view text) {
  constexpr std::size_t much = 1 << 14;
  waiting_ += text;
  const bool line_ends = terminal_ && text.find('\n') != std::string_view::npos;
  if (waiting_.size() < much && !line_ends) return true;
  const std::string rest = waiting_.substr(waiting_.size() - unfinished(waiting_));
  waiting_.resize(waiting_.size() - rest.size());
  const bool written = hand_out();
  waiting_ = rest;
  return written;
}

bool PrintableOutput::hand_out() {
  const std::string text = printable_lines(waiting_);
  waiting_.clear();
  for (std::string_view left = text; !left.empty();) {
    const ssize_t written = ::write(descriptor_, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // whoever shares the terminal has made it non-blocking
      pollfd writable{.fd = descriptor_, .events = POLLOUT, .revents = 0};
      static_cast<void>(::poll(&writable, 1, -1));
    } else if (errno != EINTR) {
      if (failure_ == 0) failure_ = errno;
      return false;
    }
  }
  return true;
}

}  // namespace espalier::host
