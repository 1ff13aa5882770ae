#include "models/device/row_kernels.hpp"

namespace espalier::models {

const RowKernels& row_kernels() {
  static const RowKernels& chosen = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                                            __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
                                        ? kAvx512Kernels
                                    : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
                                        ? kAvx2Kernels
                                        : kBaselineKernels;
  return chosen;
}

}  // namespace espalier::models
