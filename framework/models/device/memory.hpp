#pragma once

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <optional>

namespace espalier::models {

/// Bytes that this process could still have on `device`: on a GPU what is free there and what torch holds unused, on
/// the CPU what the machine and the control groups leave. Nothing where nobody knows. Any thread.
std::optional<double> free_memory(at::Device device);

/// Throws MachineFailure with what torch says, if `error` says that there was no memory, on any device.
void throw_if_memory(const c10::Error& error);

/// Does the work. Where torch finds no memory for it, throws MachineFailure; all else that it throws passes.
template <class Work>
auto with_memory(Work&& work) {
  try {
    return work();
  } catch (const c10::Error& error) {
    throw_if_memory(error);
    throw;
  }
}

}  // namespace espalier::models
