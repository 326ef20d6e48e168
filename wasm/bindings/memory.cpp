#include "engine/memory.h"

#include <emscripten/bind.h>

#include "wasm/bindings/convert.h"

using emscripten::val;
using namespace tt;
using namespace tt::bindings;

EMSCRIPTEN_BINDINGS(memory) {
  emscripten::function(
      "memoryStats", +[] {
        const MemoryStats stats = memory_stats();
        val result = val::object();
        result.set("liveBytes", to_number(stats.live_bytes));
        result.set("peakBytes", to_number(stats.peak_bytes));
        result.set("allocations", to_number(stats.allocations));
        return result;
      });
}
