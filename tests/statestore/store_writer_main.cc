// pawl-test-store-writer <directory> [two_parts]: commits batches into a RocksDB backend until it
// is killed. Prints `.` for each batch and `F` for each flush that has finished.
#include "statestore/store_writer.h"

#include <pawl/statestore/backends.h>
#include <pawl/testing/crash_at.h>

#include <string_view>
#include <unistd.h>

namespace {

// At once, so that the test knows how far the program is.
bool say(char what) {
  return ::write(STDOUT_FILENO, &what, 1) == 1;
}

}  // namespace

int main(int count, char** arguments) {
  using pawl::FlushMode;
  if (count < 2) {
    return 2;
  }
  const bool two_parts = count > 2 && std::string_view(arguments[2]) == "two_parts";
  pawl::testing::crash_at_environment();
  const auto backend =
      pawl::open_rocksdb_backend(arguments[1], pawl::make_rocksdb_memory({})).value();
  pawl::test::WriterStores stores(*backend);
  for (int batch = 1; batch < 100'000; ++batch) {
    if (two_parts) {
      stores.commit_batch_in_two_parts();
    } else {
      stores.commit_batch();
    }
    if (!say('.')) {
      return 1;
    }
    if (batch % 7 == 0) {
      backend->flush(FlushMode::background).value();
    }
    if (batch % 23 == 0) {
      backend->flush(FlushMode::wait).value();
      if (!say('F')) {
        return 1;
      }
    }
  }
  return 0;
}
