#include "base/line_reader.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/file.hpp"

namespace espalier::base {
namespace {

constexpr std::size_t kPiece = 1 << 16;

}  // namespace

std::optional<std::string_view> LineReader::next() {
  std::size_t searched = begin_;
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      const std::string_view line = std::string_view(buffer_).substr(begin_, end - begin_);
      begin_ = end + 1;
      return line;
    }
    const std::size_t rest = buffer_.size() - begin_;
    if (rest > most_) throw LineTooLong("is a line of more than " + bytes_text(most_));
    if (!read_more()) break;
    searched = begin_ + rest;
  }
  if (begin_ == buffer_.size()) return std::nullopt;
  const std::string_view line = std::string_view(buffer_).substr(begin_);
  begin_ = buffer_.size();
  return line;
}

bool LineReader::read_more() {
  if (ended_) return false;
  if (wait_) wait_();
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t size = buffer_.size();
  buffer_.resize(size + kPiece);
  ssize_t count = 0;
  do count = ::read(descriptor_, buffer_.data() + size, kPiece);
  while (count < 0 && errno == EINTR);
  if (count < 0) throw std::system_error(errno, std::generic_category(), "reading failed");
  buffer_.resize(size + static_cast<std::size_t>(count));
  ended_ = count == 0;
  return !ended_;
}

}  // namespace espalier::base
