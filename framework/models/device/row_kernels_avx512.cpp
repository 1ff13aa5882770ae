#define ESPALIER_KERNELS kAvx512Kernels
#define ESPALIER_KERNELS_NAME "avx512"
#include "models/device/row_kernels.inc"
