// A user's program includes a private header of the engine.
// Expected: task/stream_task.h: No such file or directory
#include <pawl/engine/topology.h>
#ifdef PAWL_WRONG
#include "task/stream_task.h"
#endif
