#define ESPALIER_KERNELS kAvx2Kernels
#define ESPALIER_KERNELS_NAME "avx2"
#include "neural/row_kernels.inc"
