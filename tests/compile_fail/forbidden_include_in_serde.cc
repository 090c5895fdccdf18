// A source of the serdes includes a store: stores are built on serdes.
// Expected: pawl/statestore/state_store.h: No such file or directory
#include <pawl/model/record.h>
#ifdef PAWL_WRONG
#include <pawl/statestore/state_store.h>
#endif
