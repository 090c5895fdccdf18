// A source of the stores includes the engine: the engine is built on the stores.
// Expected: pawl/engine/settings.h: No such file or directory
#include <pawl/serde/serde.h>
#ifdef PAWL_WRONG
#include <pawl/engine/settings.h>
#endif
