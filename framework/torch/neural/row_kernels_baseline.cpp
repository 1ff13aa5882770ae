#define ESPALIER_KERNELS kBaselineKernels
#define ESPALIER_KERNELS_NAME "baseline"
#include "neural/row_kernels.inc"
