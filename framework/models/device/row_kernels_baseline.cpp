#define ESPALIER_KERNELS kBaselineKernels
#define ESPALIER_KERNELS_NAME "baseline"
#include "models/device/row_kernels.inc"
