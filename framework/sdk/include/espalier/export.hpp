#pragma once

/// Marks what the shared SDK library and plugins let others see; everything else is built hidden.
#define ESPALIER_API __attribute__((visibility("default")))
