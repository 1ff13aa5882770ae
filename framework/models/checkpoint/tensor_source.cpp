#include "models/checkpoint/tensor_source.hpp"

#include <ATen/Parallel.h>

#include <atomic>
#include <cstdint>
#include <sstream>

#include "models/files/json_file.hpp"

namespace espalier::models {
namespace {

/// Whether all numbers of a floating-point type of `Bits` are finite: none has all bits of its exponent set.
template <class Bits>
bool all_finite(const void* data, std::int64_t count, Bits exponent) {
  const auto* const numbers = static_cast<const Bits*>(data);
  std::atomic<bool> infinite = false;
  at::parallel_for(0, count, 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    bool any = false;
    for (std::int64_t i = begin; i < end; ++i) any |= (numbers[i] & exponent) == exponent;
    if (any) infinite = true;
  });
  return !infinite;
}

bool is_finite(const at::Tensor& tensor) {
  const void* const data = tensor.const_data_ptr();
  switch (tensor.scalar_type()) {
    case at::kDouble:
      return all_finite<std::uint64_t>(data, tensor.numel(), 0x7FF0'0000'0000'0000);
    case at::kFloat:
      return all_finite<std::uint32_t>(data, tensor.numel(), 0x7F80'0000);
    case at::kBFloat16:
      return all_finite<std::uint16_t>(data, tensor.numel(), 0x7F80);
    case at::kHalf:
      return all_finite<std::uint16_t>(data, tensor.numel(), 0x7C00);
    default:
      return true;
  }
}

[[noreturn]] void fail(const TensorSource& source, const std::string& name, const std::string& what) {
  throw CheckpointError(source.file_of(name) + ": tensor `" + name + "` " + what);
}

void check_shape(const TensorSource& source, const std::string& name, at::IntArrayRef wanted) {
  const auto shape = source.shape(name);
  if (wanted == at::IntArrayRef(shape)) return;
  std::ostringstream text;
  text << "has shape " << at::IntArrayRef(shape) << ", but " << wanted << " is needed";
  fail(source, name, text.str());
}

void check_kind(const TensorSource& source, const std::string& name, const at::Tensor& stored, at::ScalarType dtype) {
  if (at::isFloatingType(dtype) && !at::isFloatingType(stored.scalar_type()))
    fail(source, name, "holds integers where floating-point numbers are needed");
}

void check_finite(const TensorSource& source, const std::string& name, const at::Tensor& tensor) {
  if (!is_finite(tensor))
    fail(source, name, "holds numbers that are infinite or none at all (NaN), or too large for its new type");
}

}  // namespace

std::int64_t TensorSource::elements() const {
  std::int64_t all = 0;
  for (const auto& name : names()) all += c10::multiply_integers(shape(name));
  return all;
}

at::Tensor TensorSource::read(const std::string& name) const { return view(name).clone(); }

at::Tensor TensorSource::read(const std::string& name, at::IntArrayRef shape, at::ScalarType dtype) const {
  if (!shape.empty()) check_shape(*this, name, shape);
  const at::Tensor stored = view(name);
  check_kind(*this, name, stored, dtype);
  at::Tensor copy = stored.to(dtype, /*non_blocking=*/false, /*copy=*/true);
  check_finite(*this, name, copy);
  return copy;
}

void TensorSource::read_into(const std::string& name, const at::Tensor& to) const {
  check_shape(*this, name, to.sizes());
  if (!to.is_cpu() || !to.is_contiguous()) {
    to.copy_(read(name, {}, to.scalar_type()));
    return;
  }
  const at::Tensor stored = view(name);
  check_kind(*this, name, stored, to.scalar_type());
  to.copy_(stored);
  check_finite(*this, name, to);
}

}  // namespace espalier::models
