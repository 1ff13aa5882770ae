#include "host/manifest/position.hpp"

namespace espalier::host {

std::string Position::text() const {
  return (file.empty() ? "default" : file) + ":" + std::to_string(line) + ":" + std::to_string(column);
}

}  // namespace espalier::host
