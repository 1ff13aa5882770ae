#pragma once

#include <ATen/ATen.h>

#include <string>
#include <string_view>

namespace espalier::models {

/// Makes a GPU usable if this machine has one: opens libtorch_cuda beside libtorch_cpu, once per process.
/// Returns an empty string when a GPU can be used, else one sentence that says why not. Any thread.
const std::string& cuda_obstacle();

/// Returns the device named "auto", "cpu", "cuda" or "cuda:N"; "auto" is the first GPU or else the CPU.
/// Throws std::runtime_error when a GPU is asked for and there is none, and on any other name.
at::Device resolve_device(std::string_view name);

/// Returns the type named "float32", "bfloat16", "float16" or "auto" (float32 on the CPU, bfloat16 on a GPU).
/// Throws std::runtime_error on any other name.
at::ScalarType resolve_dtype(std::string_view name, at::Device device);

/// Gives the thread on which torch computes gradients for `device` its CUDA context. Without one its first product of
/// matrices prints a warning. Nothing on the CPU.
void prepare_gradients(at::Device device);

/// Sets how many threads the arithmetic of the calling thread uses from now on: so many, or for 0 as many as other
/// processes leave processors free, never more than the process may use by its affinity mask and its quota. To be
/// called before every larger piece of arithmetic, as what others leave changes; results do not depend on it.
void use_threads(int threads);

}  // namespace espalier::models
