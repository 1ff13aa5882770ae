#include "host/logging.hpp"

#include <doctest/doctest.h>

#include <espalier/runtime.hpp>
#include <fstream>
#include <sstream>

#include "framework/host/temporary_folder.hpp"

using namespace espalier;

TEST_CASE("lines of the log go to the run's folder") {
  const host::TemporaryFolder folder;
  {
    const host::RunLog log(folder.path() / "run");
    espalier::log(LogLevel::info, "stage {trees} begins");
    espalier::log(LogLevel::debug, "a detail");
  }
  std::stringstream text;
  text << std::ifstream(folder.path() / "run/log.txt").rdbuf();
  CHECK(text.str().find("info stage {trees} begins\n") != std::string::npos);
  CHECK(text.str().find("debug a detail\n") != std::string::npos);
}
