#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace espalier::cli {

/// Reads the lines of a file descriptor in large pieces, and tells before it may have to wait for more: the moment to
/// hand out what was made of the lines so far. A pipe's other end thus gets every answer it can wait for, and nothing
/// is flushed line by line while there is input. Throws std::system_error when reading fails.
class LineReader {
 public:
  /// `wait` is called before every read. The descriptor stays the caller's.
  LineReader(int descriptor, std::function<void()> wait) : descriptor_(descriptor), wait_(std::move(wait)) {}

  /// The next line without its end, valid until the next call; nothing at the end of the input. A last line need not be
  /// ended.
  std::optional<std::string_view> next();

 private:
  bool read_more();

  int descriptor_;
  std::function<void()> wait_;
  std::string buffer_;
  std::size_t begin_ = 0;  ///< of the next line in the buffer
  bool ended_ = false;
};

}  // namespace espalier::cli
