#define ESPALIER_KERNELS kAvx512Kernels
#define ESPALIER_KERNELS_NAME "avx512"
#include "neural/row_kernels.inc"
