#include "study/results/records.hpp"

#include <doctest/doctest.h>

#include <espalier/machine_failure.hpp>
#include <filesystem>
#include <fstream>
#include <vector>

#include "study/json.hpp"

using namespace espalier;
using namespace espalier::study;

namespace fs = std::filesystem;

namespace {

/// An empty folder of this test.
fs::path folder(const std::string& name) {
  const fs::path folder = fs::path(ESPALIER_BINARY_DIR) / "tests" / "records-work" / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

RecordFiles::Lines lines(std::size_t place) {
  return {"{\"place\":" + std::to_string(place) + ",\"text\":\"" + std::string(place % 7 * 100, 'x') + "\"}",
          "{\"place\":" + std::to_string(place) + "}"};
}

std::string expected(std::size_t count) {
  std::string text;
  for (std::size_t place = 0; place < count; ++place) text += lines(place).record + "\n";
  return text;
}

/// Adds problems as they may end: within every ten, the first one comes last.
void add_all(RecordFiles& files, std::size_t count) {
  for (std::size_t first = 0; first < count; first += 10) {
    for (std::size_t i = 1; i < 10; ++i) files.add(first + i, lines(first + i));
    files.add(first, lines(first));
  }
}

}  // namespace

TEST_CASE("records are written in order, as soon as those before them are there, whatever is held where") {
  for (const std::size_t most_held : {std::size_t{0}, std::size_t{700}, std::size_t{1} << 20}) {
    const fs::path here = folder("order");
    std::vector<std::size_t> written;
    RecordFiles files(
        here, [&](std::size_t place) { written.push_back(place); }, most_held);
    files.add(0, lines(0));
    CHECK(read_file(here / "records.jsonl") == expected(1));
    for (const std::size_t place : {2, 5, 4, 3}) files.add(place, lines(place));
    CHECK(read_file(here / "records.jsonl") == expected(1));
    CHECK(files.size() == 1);
    files.add(1, lines(1));
    CHECK(read_file(here / "records.jsonl") == expected(6));
    CHECK(written == std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
    files.close();

    RecordFiles many(
        here, [](std::size_t) {}, most_held);
    add_all(many, 1000);
    many.close();
    CHECK(read_file(here / "records.jsonl") == expected(1000));
    CHECK(read_json_lines(here / "timings.jsonl").size() == 1000);
    CHECK(std::distance(fs::directory_iterator(here), fs::directory_iterator()) == 2);
  }
}

TEST_CASE("a full disk is a failure of the machine") {
  const fs::path here = folder("full");
  fs::create_symlink("/dev/full", here / "records.jsonl");
  RecordFiles files(here, [](std::size_t) {});
  const std::string sentence = (here / "records.jsonl").string() + " cannot be written: No space left on device";
  CHECK_THROWS_WITH_AS(files.add(0, lines(0)), sentence.c_str(), MachineFailure);
}
