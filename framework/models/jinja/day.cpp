#include "models/jinja/day.hpp"

#include <chrono>
#include <cstdio>

namespace espalier::jinja {

std::optional<std::tm> day_of(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2u%c", &year, &month, &day, &rest) != 3) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  const std::chrono::sys_days days(date);
  std::tm told{};
  told.tm_year = year - 1900;
  told.tm_mon = static_cast<int>(month) - 1;
  told.tm_mday = static_cast<int>(day);
  told.tm_wday = static_cast<int>(std::chrono::weekday(days).c_encoding());
  told.tm_yday = static_cast<int>((days - std::chrono::sys_days(date.year() / 1 / 1)).count());
  return told;
}

}  // namespace espalier::jinja
