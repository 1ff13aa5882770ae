#include "models/jinja/strftime.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace espalier::jinja {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};

template <std::size_t size>
std::string name_of(const std::array<std::string_view, size>& names, int i, bool brief) {
  const std::string_view name = i >= 0 && i < static_cast<int>(size) ? names[static_cast<std::size_t>(i)] : "?";
  return std::string(brief ? name.substr(0, 3) : name);
}

/// A number, filled up to its width unless the flag says otherwise.
std::string padded(int number, std::size_t width, char fill, char flag) {
  std::string digits = std::to_string(number);
  if (flag == '-') return digits;
  if (flag == '0' || flag == '_') fill = flag == '0' ? '0' : ' ';
  return std::string(digits.size() < width ? width - digits.size() : 0, fill) + digits;
}

/// The year and week of ISO 8601.
std::pair<int, int> iso_week(const std::tm& date) {
  const auto weeks_in = [](int year) {
    const auto day = [](int y) { return (y + y / 4 - y / 100 + y / 400) % 7; };  // of the 31st of December
    return day(year) == 4 || day(year - 1) == 3 ? 53 : 52;
  };
  const int year = date.tm_year + 1900, weekday = (date.tm_wday + 6) % 7;
  const int week = (date.tm_yday - weekday + 10) / 7;
  if (week < 1) return {year - 1, weeks_in(year - 1)};
  if (week > weeks_in(year)) return {year + 1, 1};
  return {year, week};
}

std::optional<std::string> written(char directive, char flag, const std::tm& date);

std::string several(std::string_view directives, const std::tm& date) {
  std::string text;
  for (const char c : directives) {
    const bool is_directive = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    text += is_directive ? *written(c, '\0', date) : std::string(1, c);
  }
  return text;
}

std::optional<std::string> written(char directive, char flag, const std::tm& date) {
  const int hour = date.tm_hour % 12 == 0 ? 12 : date.tm_hour % 12;
  switch (directive) {
    case 'a':
      return name_of(kDays, date.tm_wday, true);
    case 'A':
      return name_of(kDays, date.tm_wday, false);
    case 'b':
    case 'h':
      return name_of(kMonths, date.tm_mon, true);
    case 'B':
      return name_of(kMonths, date.tm_mon, false);
    case 'c':
      return several("a b e H:M:S Y", date);
    case 'C':
      return padded((date.tm_year + 1900) / 100, 2, '0', flag);
    case 'd':
      return padded(date.tm_mday, 2, '0', flag);
    case 'D':
    case 'x':
      return several("m/d/y", date);
    case 'e':
      return padded(date.tm_mday, 2, ' ', flag);
    case 'f':
      return "000000";
    case 'F':
      return several("Y-m-d", date);
    case 'g':
      return padded(iso_week(date).first % 100, 2, '0', flag);
    case 'G':
      return padded(iso_week(date).first, 1, '0', flag);
    case 'H':
      return padded(date.tm_hour, 2, '0', flag);
    case 'I':
      return padded(hour, 2, '0', flag);
    case 'j':
      return padded(date.tm_yday + 1, 3, '0', flag);
    case 'k':
      return padded(date.tm_hour, 2, ' ', flag);
    case 'l':
      return padded(hour, 2, ' ', flag);
    case 'm':
      return padded(date.tm_mon + 1, 2, '0', flag);
    case 'M':
      return padded(date.tm_min, 2, '0', flag);
    case 'n':
      return "\n";
    case 'p':
      return date.tm_hour < 12 ? "AM" : "PM";
    case 'P':
      return date.tm_hour < 12 ? "am" : "pm";
    case 'r':
      return several("I:M:S p", date);
    case 'R':
      return several("H:M", date);
    case 'S':
      return padded(date.tm_sec, 2, '0', flag);
    case 't':
      return "\t";
    case 'T':
    case 'X':
      return several("H:M:S", date);
    case 'u':
      return padded(date.tm_wday == 0 ? 7 : date.tm_wday, 1, '0', flag);
    case 'U':
      return padded((date.tm_yday + 7 - date.tm_wday) / 7, 2, '0', flag);
    case 'V':
      return padded(iso_week(date).second, 2, '0', flag);
    case 'w':
      return padded(date.tm_wday, 1, '0', flag);
    case 'W':
      return padded((date.tm_yday + 7 - (date.tm_wday + 6) % 7) / 7, 2, '0', flag);
    case 'y':
      return padded((date.tm_year + 1900) % 100, 2, '0', flag);
    case 'Y':
      return padded(date.tm_year + 1900, 1, '0', flag);
    case 'z':
    case 'Z':
      return "";
    case '%':
      return "%";
    default:
      return std::nullopt;
  }
}

}  // namespace

Text format_date(const Text& format, const std::tm& date, Meter& meter) {
  TextBuilder builder(meter);
  const std::string_view bytes = format.bytes();
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t mark = std::min(bytes.find('%', at), bytes.size());
    builder.append(format, at, mark);
    if (mark == bytes.size()) break;
    std::size_t end = mark + 1;
    const bool has_flag = end < bytes.size() && std::string_view("-_0^").find(bytes[end]) != std::string_view::npos;
    const char flag = has_flag ? bytes[end++] : '\0';
    const std::optional<std::string> text = end < bytes.size() ? written(bytes[end], flag, date) : std::nullopt;
    end = std::min(end + 1, bytes.size());
    if (!text) {  // as the C library has it, what means nothing stands for itself
      builder.append(format, mark, end);
    } else {
      std::string shown = *text;
      if (flag == '^') {
        for (char& c : shown) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
      }
      builder.append(shown, format.from_input(mark));
    }
    at = end;
  }
  return builder.take();
}

}  // namespace espalier::jinja
