// A source of the model includes a serde: serdes are built on the model, not the other way round.
// Expected: pawl/serde/serde.h: No such file or directory
#include <pawl/model/record.h>
#ifdef PAWL_WRONG
#include <pawl/serde/serde.h>
#endif
