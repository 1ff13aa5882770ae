#include "study/tables/table.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace espalier::study;

TEST_CASE("columns are as wide as their widest cell") {
  Table table({{"arm", Table::Align::left}, {"accuracy"}, {"note", Table::Align::left}});
  table.add({"Greedy", "43.5", "oracle"});
  table.add({"S\xc3\xa9\xc3\xa9k", "7.0"});
  CHECK(table.text() ==
        "arm     accuracy  note\n"
        "------------------------\n"
        "Greedy      43.5  oracle\n"
        "S\xc3\xa9\xc3\xa9k         7.0\n");
  CHECK_THROWS_AS(table.add({"1", "2", "3", "4"}), std::invalid_argument);
}

TEST_CASE("texts are cut between characters") {
  CHECK(shortened("short", 10) == "short");
  CHECK(shortened("exactly 10", 10) == "exactly 10");
  CHECK(shortened("a longer text", 10) == "a longe...");
  CHECK(shortened("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 5) == "\xc3\xa9\xc3\xa9...");
  CHECK(shortened("abcdef", 2) == "..");
}

TEST_CASE("numbers are short") {
  CHECK(percent(0.4351) == "43.5");
  CHECK(percent(1.0) == "100.0");
  CHECK(compact(4) == "4");
  CHECK(compact(3.4) == "3.4");
  CHECK(compact(9999) == "9999");
  CHECK(compact(56700) == "56.7k");
  CHECK(compact(8'900'000) == "8900k");
  CHECK(compact(12'345'678) == "12.3M");
  CHECK(p_value(0.03124) == "0.0312");
  CHECK(p_value(0.00001) == "<0.0001");
  CHECK(duration(4.21) == "4.2 s");
  CHECK(duration(59.97) == "1 min 0 s");
  CHECK(duration(200) == "3 min 20 s");
  CHECK(duration(7500) == "2 h 5 min");
}
