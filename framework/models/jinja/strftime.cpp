#include "models/jinja/strftime.hpp"

#include <array>
#include <string>
#include <string_view>

namespace espalier::jinja {
namespace {

/// What one directive, such as "%d" or "%-d", writes. Those that Python fills in itself are written as it does for a
/// time without microseconds and zone.
std::string written(const std::string& directive, const std::tm& date, Meter& meter) {
  if (directive.back() == 'f') return "000000";
  if (directive.back() == 'z' || directive.back() == 'Z') return "";
  std::array<char, 256> text;
  const std::size_t size = std::strftime(text.data(), text.size(), directive.c_str(), &date);
  if (size == 0) meter.fail("`strftime_now` cannot write " + directive);
  return {text.data(), size};
}

}  // namespace

Text format_date(const Text& format, const std::tm& date, Meter& meter) {
  TextBuilder builder(meter);
  const std::string_view bytes = format.bytes();
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t mark = std::min(bytes.find('%', at), bytes.size());
    builder.append(format, at, mark);
    if (mark == bytes.size()) break;
    // Flags, a width and a modifier of the C library may stand before the letter.
    const std::size_t letter = bytes.find_first_not_of("-_0^#123456789EO", mark + 1);
    const bool ascii = letter != std::string_view::npos && static_cast<unsigned char>(bytes[letter]) < 0x80;
    at = ascii ? letter + 1 : mark + 1;
    if (ascii)
      builder.append(written(std::string(bytes.substr(mark, at - mark)), date, meter), format.from_input(mark));
    else
      builder.append(format, mark, at);  // means nothing, and stands for itself
  }
  return builder.take();
}

}  // namespace espalier::jinja
