#include "base/thrown.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using espalier::base::thrown_text;

TEST_CASE("whatever was thrown has a text") {
  CHECK(thrown_text(std::make_exception_ptr(std::runtime_error("no rain"))) == "no rain");
  CHECK(thrown_text(std::make_exception_ptr(3)) == "something was thrown that is no std::exception");
  try {
    throw std::logic_error("handled");
  } catch (...) {
    CHECK(thrown_text() == "handled");
  }
}
