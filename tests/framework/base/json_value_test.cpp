#include "base/json_value.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"

using namespace espalier::base;

TEST_CASE("numbers are integers only where nothing is lost") {
  CHECK(as<int>(Json(7)) == 7);
  CHECK(as<int>(Json(-7)) == -7);
  CHECK(!as<int>(Json(1.5)));
  CHECK(!as<int>(Json(2.0)));
  CHECK(!as<int>(Json(std::int64_t{1} << 40)));
  CHECK(!as<int>(Json(true)));
  CHECK(!as<std::size_t>(Json(-1)));
  CHECK(as<std::size_t>(Json(~std::size_t{0})) == ~std::size_t{0});
  CHECK(!as<std::int64_t>(Json(~std::uint64_t{0})));
  CHECK(as<double>(Json(3)) == 3.0);
  CHECK(!as<double>(Json("3")));
  CHECK(!as<bool>(Json(1)));
}

TEST_CASE("lists and tables are what they are asked for through and through") {
  CHECK(as<std::vector<int>>(Json{1, 2}) == std::vector<int>{1, 2});
  CHECK(!as<std::vector<int>>(Json{1, 2.5}));
  CHECK(!as<std::vector<int>>(Json(1)));
  using Names = std::map<std::string, std::string>;
  CHECK(as<Names>(Json{{"a", "b"}}) == Names{{"a", "b"}});
  CHECK(!as<Names>(Json{{"a", 1}}));
  CHECK(!as<Names>(Json::array()));
  CHECK(as<Json>(Json{1})->is_array());
}
