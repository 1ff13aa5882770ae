#pragma once

#include <ATen/ATen.h>

namespace espalier::models {

/// Rows of every matrix product are padded to a multiple of this. On the CPU a row's result depends on how many rows
/// share the product unless it is so padded; with it, it does not (measured for 16 to 5,000 rows and several thread
/// counts).
inline constexpr std::int64_t kRowPadding = 16;

/// Returns `rows` rounded up to a multiple of kRowPadding.
inline std::int64_t padded_rows(std::int64_t rows) { return (rows + kRowPadding - 1) / kRowPadding * kRowPadding; }

/// Returns `x` with zero rows appended up to `padded_rows`.
inline at::Tensor pad_rows(const at::Tensor& x) {
  const std::int64_t rows = x.size(0), padded = padded_rows(rows);
  if (rows == padded) return x;
  at::Tensor wider = at::zeros({padded, x.size(1)}, x.options());
  wider.narrow(0, 0, rows).copy_(x);
  return wider;
}

}  // namespace espalier::models
