#include "host/content_hash.hpp"

#include <doctest/doctest.h>

#include "framework/host/temporary_folder.hpp"

using namespace espalier::host;

TEST_CASE("hashes are XXH3 with 128 bits") {
  CHECK(hash_text("") == "99aa06d3014798d86001c324468d497f");
  CHECK(hash_text("a") != hash_text("b"));
}

TEST_CASE("a file hashes as its content, wherever it lies and whatever it is called") {
  const TemporaryFolder folder;
  const auto one = folder.write("one.txt", "content");
  const auto two = folder.write("deep/two.txt", "content");
  CHECK(hash_content(one) == hash_text("content"));
  CHECK(hash_content(one) == hash_content(two));
}

TEST_CASE("a changed file is hashed anew") {
  const TemporaryFolder folder;
  const auto file = folder.write("file.txt", "before");
  const std::string before = hash_content(file);
  folder.write("file.txt", "after this");
  CHECK(hash_content(file) == hash_text("after this"));
  CHECK(hash_content(file) != before);
}

TEST_CASE("a folder hashes as its files' relative paths and contents") {
  const TemporaryFolder a;
  const TemporaryFolder b;
  a.write("x/one.txt", "1");
  a.write("two.txt", "2");
  b.write("two.txt", "2");
  b.write("x/one.txt", "1");
  CHECK(hash_content(a.path()) == hash_content(b.path()));
  b.write("x/three.txt", "");
  CHECK(hash_content(a.path()) != hash_content(b.path()));
}

TEST_CASE("what is not there cannot be hashed") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(hash_content(folder.path() / "nothing"), std::filesystem::filesystem_error);
}
