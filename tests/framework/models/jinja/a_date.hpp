#pragma once

#include <ctime>

namespace espalier::testing {

/// Thursday the 4th of July 2024, 09:05:07; the date of the golden files.
inline std::tm a_date() {
  std::tm date{};
  date.tm_year = 124;
  date.tm_mon = 6;
  date.tm_mday = 4;
  date.tm_hour = 9;
  date.tm_min = 5;
  date.tm_sec = 7;
  date.tm_wday = 4;
  date.tm_yday = 185;
  return date;
}

}  // namespace espalier::testing
