#pragma once

#include <mutex>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace espalier::host {

/// `text` as one line that no terminal obeys: every control character, line separator and change of writing direction
/// is shown as what it is, "\n", "\x1b" or "\u202e", and so is every byte that is no UTF-8, "\xff". All else stays.
std::string printable_line(std::string_view text);
/// The same for a text of many lines: newlines and tabs stay.
std::string printable_lines(std::string_view text);

/// What a program writes to one of its standard streams. While it lives, `stream` (std::cout, std::cerr) writes to
/// `descriptor`, and through `printable_lines`: whatever models, manifests, plugins and data say is shown there and
/// never obeyed. Written at newlines where `descriptor` is a terminal, else when much has gathered, and on flushing. A
/// write that fails leaves the stream bad and its reason in `failure`. Several threads may write at once.
class PrintableOutput final : private std::streambuf {
 public:
  PrintableOutput(std::ostream& stream, int descriptor);
  /// Flushes and gives the stream its own buffer back.
  ~PrintableOutput() override;
  PrintableOutput(const PrintableOutput&) = delete;
  PrintableOutput& operator=(const PrintableOutput&) = delete;

  /// The errno of the first write that failed; 0: none did.
  int failure() const;

 private:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;
  // Below, the lock is held.
  bool add(std::string_view text);
  bool hand_out();

  std::ostream& stream_;
  const int descriptor_;
  const bool terminal_;
  std::streambuf* const own_;
  mutable std::mutex mutex_;
  std::string waiting_;  ///< as it was given
  int failure_ = 0;
};

}  // namespace espalier::host
