#pragma once

#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/jinja/meter.hpp"
#include "models/jinja/template_error.hpp"
#include "models/jinja/text.hpp"
#include "models/jinja/value.hpp"

namespace espalier::jinja {

struct Program;

/// What a template is rendered to: pieces by their origin, of which no two neighbours have the same.
struct Rendering {
  std::vector<Piece> pieces;
  /// All pieces in one.
  std::string text() const;
};

struct RenderOptions {
  /// What strftime_now tells, in whatever time zone the caller likes; a template that asks fails where there is none.
  std::optional<std::tm> date;
  Limits limits;
};

/// The variables of a rendering, by name. A value without one (Value()) counts as not given.
using Variables = std::vector<std::pair<std::string, Value>>;

/// A chat template as checkpoints carry it: a Jinja template that renders to what jinja2 renders it to under the
/// settings of transformers (trim_blocks, lstrip_blocks, break and continue, its `tojson`, `raise_exception`,
/// `strftime_now` and {% generation %}), in bounded time and memory. Template inheritance and imports are refused, and
/// so are integers beyond 64 bits.
///
/// Immutable: any number of threads may render it at once. Parsing and rendering need less than 256 KiB of stack.
class Template {
 public:
  /// Reads a template of at most 1 MiB. Throws TemplateError.
  static Template parse(std::string_view source);

  /// Throws TemplateError when the template fails or refuses its input, or when it needs more than the limits allow.
  Rendering render(const Variables& variables, const RenderOptions& options = {}) const;

  /// The variables that the template may read from outside, sorted.
  const std::vector<std::string>& variables() const { return variables_; }

 private:
  explicit Template(std::shared_ptr<const Program> program);

  std::shared_ptr<const Program> program_;
  std::vector<std::string> variables_;
};

}  // namespace espalier::jinja
