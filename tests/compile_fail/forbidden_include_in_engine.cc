// A source of the engine includes the DSL: the DSL is built on the engine.
// Expected: pawl/operators/stream.h: No such file or directory
#include <pawl/statestore/state_store.h>
#ifdef PAWL_WRONG
#include <pawl/operators/stream.h>
#endif
