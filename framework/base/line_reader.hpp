#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace espalier::base {

/// The most bytes of one line: 64 MiB.
inline constexpr std::size_t kMostLineBytes = std::size_t{64} << 20;

/// A line of more bytes than are read; what() is the end of a sentence that begins with its place.
class LineTooLong : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads the lines of a file descriptor in large pieces, and tells before it may have to wait for more: the moment to
/// hand out what was made of the lines so far. A pipe's other end thus gets every answer it can wait for, and nothing
/// is flushed line by line while there is input.
class LineReader {
 public:
  /// `wait` is called before every read. The descriptor stays the caller's.
  explicit LineReader(int descriptor, std::function<void()> wait = {}, std::size_t most = kMostLineBytes)
      : descriptor_(descriptor), wait_(std::move(wait)), most_(most) {}

  /// The next line without its end, valid until the next call; nothing at the end of the input. A last line need not be
  /// ended. Throws LineTooLong, holding little more than `most` bytes, and std::system_error when reading fails.
  std::optional<std::string_view> next();

 private:
  bool read_more();

  int descriptor_;
  std::function<void()> wait_;
  std::size_t most_;
  std::string buffer_;
  std::size_t begin_ = 0;  ///< of the next line in the buffer
  bool ended_ = false;
};

}  // namespace espalier::base
