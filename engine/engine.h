#pragma once

#include "engine/counters.h"
#include "engine/error.h"
#include "engine/layout.h"
#include "engine/memory.h"
#include "engine/ops/elementwise.h"
#include "engine/ops/matmul.h"
#include "engine/ops/operators.h"
#include "engine/ops/reduce.h"
#include "engine/random.h"
#include "engine/shape.h"
#include "engine/tensor.h"
