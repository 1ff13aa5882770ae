#define ESPALIER_KERNELS kAvx2Kernels
#define ESPALIER_KERNELS_NAME "avx2"
#include "models/device/row_kernels.inc"
