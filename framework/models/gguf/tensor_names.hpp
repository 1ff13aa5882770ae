#pragma once

#include <string>
#include <string_view>

namespace espalier::models {

/// The name that a tensor of a GGUF file of that `general.architecture` has in a Hugging Face checkpoint; its own where
/// it has none there.
std::string hugging_face_name(std::string_view name, std::string_view architecture);

}  // namespace espalier::models
