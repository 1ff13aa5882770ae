#include "models/device/memory.hpp"

#include <c10/core/CachingDeviceAllocator.h>

#include <espalier/machine_failure.hpp>
#include <string>
#include <string_view>

#include "base/memory.hpp"

namespace espalier::models {
namespace {

// The CPU's allocator throws plain errors.
bool lacks_memory(const c10::Error& error) {
  return dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
         std::string_view(error.what_without_backtrace()).find("DefaultCPUAllocator: ") != std::string_view::npos;
}

}  // namespace

std::optional<double> free_memory(at::Device device) {
  if (device.is_cpu()) return base::available_memory();
  c10::DeviceAllocator* const allocator = c10::getDeviceAllocator(device.type());
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  const auto stats = allocator->getDeviceStats(device.index());
  return static_cast<double>(allocator->getMemoryInfo(device.index()).first) +
         static_cast<double>(stats.reserved_bytes[kAll].current - stats.allocated_bytes[kAll].current);
}

void throw_if_memory(const c10::Error& error) {
  if (!lacks_memory(error)) return;
  const std::string said = error.what_without_backtrace();
  throw MachineFailure(said.substr(0, said.find('\n')) + "; smaller batches need less");
}

}  // namespace espalier::models
