#include "host/printable.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <sstream>

using namespace espalier::host;

TEST_CASE("what would command a terminal is shown") {
  CHECK(printable_line("plain, \xc3\xa9t\xc3\xa9, \xe6\xbc\xa2, \xf0\x9f\x8c\xb3") ==
        "plain, \xc3\xa9t\xc3\xa9, \xe6\xbc\xa2, \xf0\x9f\x8c\xb3");
  CHECK(printable_line("\x1b[2J\x07\b") == "\\x1b[2J\\x07\\x08");
  CHECK(printable_line(std::string_view("\0", 1)) == "\\x00");
  CHECK(printable_line("\x7f") == "\\u007f");
  CHECK(printable_line("\xc2\x9b"
                       "31m\xc2\x85") == "\\u009b31m\\u0085");  // C1
  CHECK(printable_line("\xe2\x80\xae\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\xac") == "\\u202e\\u2066\\u2069\\u202c");
  CHECK(printable_line("a\nb\tc\rd\xe2\x80\xa8") == "a\\nb\\tc\\rd\\u2028");
  CHECK(printable_lines("a\nb\tc\r\n") == "a\nb\tc\\r\n");
}

TEST_CASE("bytes that are no UTF-8 are shown: a terminal may read them as commands") {
  CHECK(printable_line("a\x9b"
                       "b") == "a\\x9bb");
  CHECK(printable_line("\xe2\x80") == "\\xe2\\x80");
  CHECK(printable_line("\xe0\x82\x9b") == "\\xe0\\x82\\x9b");  // overlong
}

TEST_CASE("what was made printable stays as it is") {
  const std::string once = printable_lines("\x1b[2J\n\xc2\x9b\xff");
  CHECK(printable_lines(once) == once);
}

namespace {

/// A pipe whose ends close with it.
struct Pipe {
  Pipe() { REQUIRE(::pipe(ends.data()) == 0); }
  ~Pipe() {
    for (const int end : ends) ::close(end);
  }
  std::string read() const {
    std::array<char, 256> buffer{};
    const ssize_t size = ::read(ends[0], buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(size)};
  }
  std::array<int, 2> ends{};
};

}  // namespace

TEST_CASE("a stream writes what is printable, whole characters together") {
  const Pipe pipe;
  std::ostringstream stream;
  {
    PrintableOutput output(stream, pipe.ends[1]);
    stream << "a\x1b" << '\n';
    stream << std::string(16'000, 'x') << std::flush;
    CHECK(pipe.read().starts_with("a\\x1b\nxxx"));
  }
  stream << "own again";
  CHECK(stream.str() == "own again");
}

TEST_CASE("a stream that cannot be written goes bad and says why") {
  const int full = ::open("/dev/full", O_WRONLY);
  std::ostringstream stream;
  PrintableOutput output(stream, full);
  stream << "text";
  CHECK(stream.good());
  CHECK_FALSE(stream.flush());
  CHECK(output.failure() == ENOSPC);
  ::close(full);
}
