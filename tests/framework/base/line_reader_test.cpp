#include "base/line_reader.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <system_error>
#include <vector>

using espalier::base::LineReader;

namespace {

/// A pipe into which every wait writes the next piece; after the last one it is closed.
struct Pieces {
  explicit Pieces(std::vector<std::string> pieces) : texts(std::move(pieces)) { REQUIRE(::pipe(ends.data()) == 0); }
  ~Pieces() {
    ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }

  void write_next() {
    ++waits;
    if (next < texts.size()) {
      const std::string& text = texts[next++];
      REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    } else if (ends[1] >= 0) {
      ::close(ends[1]);
      ends[1] = -1;
    }
  }

  std::vector<std::string> texts;
  std::array<int, 2> ends{};
  std::size_t next = 0;
  int waits = 0;
};

}  // namespace

TEST_CASE("all lines that are there are handed out before more are waited for") {
  Pieces pieces({"one\ntwo\nthr", "ee\n\n", "last"});
  LineReader lines(pieces.ends[0], [&] { pieces.write_next(); });
  const auto next = [&] { return std::pair(std::string(lines.next().value()), pieces.waits); };
  CHECK(next() == std::pair<std::string, int>("one", 1));
  CHECK(next() == std::pair<std::string, int>("two", 1));
  CHECK(next() == std::pair<std::string, int>("three", 2));
  CHECK(next() == std::pair<std::string, int>("", 2));
  CHECK(next() == std::pair<std::string, int>("last", 4));
  CHECK(!lines.next());
  CHECK(!lines.next());
}

TEST_CASE("a line may be longer than what is read at a time") {
  const std::string half(40'000, 'x');
  Pieces pieces({half, half, half + "\nend\n"});
  LineReader lines(pieces.ends[0], [&] { pieces.write_next(); });
  CHECK(lines.next() == half + half + half);
  CHECK(lines.next() == "end");
  CHECK(!lines.next());
}

TEST_CASE("what cannot be read is an error") {
  LineReader lines(-1, [] {});
  CHECK_THROWS_AS(lines.next(), std::system_error);
}
