#pragma once

#include <filesystem>

#include "study/json.hpp"

namespace espalier::study {

/// What a run's figures may depend on beside its manifest: program, compiler, libraries, machine, and the commit of the
/// repository around `folder`, where it is in one.
Json describe_environment(const std::filesystem::path& folder);

/// Hash of the code that runs stages: this program and the SDK's library, by content. (Plugins have hashes of their
/// own.)
std::string program_content();
/// The commit checked out around `folder`; "" where there is none.
std::string git_commit(const std::filesystem::path& folder);
/// The machine's processor as it calls itself.
std::string processor_name();
/// The libtorch that the transformer plugin was built with; empty when it was not.
std::string torch_version();

}  // namespace espalier::study
