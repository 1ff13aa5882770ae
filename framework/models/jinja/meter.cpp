#include "models/jinja/meter.hpp"

namespace espalier::jinja {

void Meter::check_bytes(std::size_t bytes) const {
  if (bytes > limits_.bytes) {
    fail("a text would be longer than the limit of " + std::to_string(limits_.bytes) + " bytes");
  }
}

void Meter::check_items(std::size_t items) const {
  if (items > limits_.items) {
    fail("a list would have more items than the limit of " + std::to_string(limits_.items));
  }
}

void Meter::check_value_depth(std::size_t depth) const {
  if (depth > kMostValueDepth) {
    fail("lists and mappings lie in one another deeper than the limit of " + std::to_string(kMostValueDepth));
  }
}

void Meter::fail_steps() const {
  fail("rendering takes more steps than the limit of " + std::to_string(limits_.steps));
}

void Meter::fail_depth() const {
  fail("blocks and brackets lie in one another deeper than the limit of " + std::to_string(most_depth_) +
       (most_depth_ == kMostDepth ? "; does a macro call itself without end?" : ""));
}

}  // namespace espalier::jinja
