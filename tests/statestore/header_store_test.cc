// Stores that keep headers with their values.
#include "statestore/backend_under_test.h"
#include "support/temporary_directory.h"

#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/read_only.h>
#include <pawl/statestore/typed/session_queries.h>
#include <pawl/statestore/typed/stores.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

const Headers kTraced{{"trace", Bytes("1")}, {"trace", std::nullopt}, {"", Bytes()}};

class HeaderStoreTest : public ::testing::TestWithParam<BackendKind> {
 protected:
  template <class Definition>
  static Definition on_backend(Definition definition) {
    return GetParam() == BackendKind::memory ? std::move(definition).in_memory()
                                             : std::move(definition);
  }
  BackendUnderTest backend_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(, HeaderStoreTest,
                         ::testing::Values(BackendKind::memory, BackendKind::rocksdb),
                         [](const auto& test) { return to_string(test.param); });

TEST_P(HeaderStoreTest, KeyValueStoreGivesBackValueTimestampAndHeaders) {
  const auto definition =
      on_backend(stores::key_value_with_headers<std::string, std::string>("kv"));
  StoreUnderTest tested(*backend_, definition.spec());
  auto store = definition.bind(tested->store());

  store.put("a", "x", Timestamp(10), kTraced);
  tested.commit();
  store.put("b", "y", Timestamp(20), {});

  EXPECT_EQ(store.get("a"), (ValueWithHeaders<std::string>{"x", Timestamp(10), kTraced}));
  EXPECT_EQ(store.get("b"), (ValueWithHeaders<std::string>{"y", Timestamp(20), {}}));
  EXPECT_EQ(store.get("c"), std::nullopt);
  std::vector<std::string> rows;
  for (auto row = store.all(Direction::backward); row.valid(); row.next()) {
    rows.push_back(row.key() + "=" + row.value() + "@" + std::to_string(row.timestamp().value()));
  }
  EXPECT_THAT(rows, ElementsAre("b=y@20", "a=x@10"));
}

TEST_P(HeaderStoreTest, QueriesSeeValuesWithoutHeaders) {
  const auto kv = on_backend(stores::key_value_with_headers<std::string, std::string>("kv"));
  const auto sessions =
      on_backend(stores::session_with_headers<std::string, std::string>("s", milliseconds(100)));
  StoreUnderTest kv_store(*backend_, kv.spec());
  StoreUnderTest session_store(*backend_, sessions.spec());
  const Window session{Timestamp(5), Timestamp(9)};
  const std::string value = "x";
  kv.bind(kv_store->store()).put("a", value, Timestamp(10), kTraced);
  sessions.bind(session_store->store()).put("a", session, &value, kTraced);
  kv_store.commit();
  session_store.commit();

  const KeyValueQueries<std::string, std::string> by_key(
      ReadOnlyKeyValueStore(kv.spec(), {kv_store->snapshots()}), kv.key_serde(), kv.value_serde());
  const SessionQueries<std::string, std::string> by_session(
      ReadOnlySessionStore(sessions.spec(), {session_store->snapshots()}), sessions.key_serde(),
      sessions.value_serde());

  EXPECT_EQ(by_key.get("a").value(), (ValueAndTimestamp<std::string>{"x", Timestamp(10)}));
  EXPECT_EQ(by_session.get("a", session).value(), "x");
}

TEST_P(HeaderStoreTest, WindowStoreGivesBackValueTimestampAndHeaders) {
  const auto definition = on_backend(stores::window_with_headers<std::string, std::string>(
      "w", milliseconds(100), milliseconds(10)));
  StoreUnderTest tested(*backend_, definition.spec());
  auto store = definition.bind(tested->store());

  store.put("a", "x", Timestamp(12), kTraced, Timestamp(10));
  tested.commit();
  store.put("a", "y", Timestamp(25), {}, Timestamp(20));

  EXPECT_EQ(store.get("a", Timestamp(10)),
            (ValueWithHeaders<std::string>{"x", Timestamp(12), kTraced}));
  std::vector<std::string> rows;
  for (auto row = store.fetch("a", Timestamp(0), Timestamp(50)); row.valid(); row.next()) {
    rows.push_back(std::to_string(row.start().value()) + "=" + row.value());
  }
  EXPECT_THAT(rows, ElementsAre("10=x", "20=y"));
}

TEST_P(HeaderStoreTest, SessionStoreGivesBackValueAndHeaders) {
  const auto definition =
      on_backend(stores::session_with_headers<std::string, std::string>("s", milliseconds(100)));
  StoreUnderTest tested(*backend_, definition.spec());
  auto store = definition.bind(tested->store());
  const std::string value = "x";
  const Window earlier{Timestamp(5), Timestamp(9)};
  const Window later{Timestamp(20), Timestamp(20)};

  store.put("a", earlier, &value, kTraced);
  tested.commit();
  store.put("a", later, &value);

  EXPECT_EQ(store.get("a", earlier),
            (ValueWithHeaders<std::string>{"x", Timestamp::unknown(), kTraced}));
  EXPECT_EQ(store.get("a", later), (ValueWithHeaders<std::string>{"x", Timestamp::unknown(), {}}));
  store.remove("a", later);
  EXPECT_EQ(store.get("a", later), std::nullopt);
  std::vector<std::string> rows;
  for (auto row = store.fetch("a"); row.valid(); row.next()) {
    rows.push_back(std::to_string(row.window().end.value()) + "=" + row.value());
  }
  EXPECT_THAT(rows, ElementsAre("9=x"));
}

// The changelog as `value@time headers`.
class LoggedRecords final : public ChangelogSink {
 public:
  void append(BytesView /*key*/, NullableBytesView value, Timestamp timestamp,
              const Headers& headers) override {
    lines.push_back(std::string(value.value_or("null")) + "@" + std::to_string(timestamp.value()) +
                    " " + std::to_string(headers.size()));
  }
  std::vector<std::string> lines;
};

// With headers a changelog record has the bare value, and time and headers as its own; a tombstone
// those of the record that deleted, as long as that is in hand.
class HeaderChangelogTest : public ::testing::TestWithParam<ChangelogMode> {
 protected:
  template <class Definition>
  std::vector<std::string> logged(const Definition& definition,
                                  const std::function<void(typename Definition::Store&)>& work) {
    BackendUnderTest backend(BackendKind::memory);
    LoggedRecords changelog;
    const Headers in_hand{{"h", Bytes("1")}};
    WriteContext context{Timestamp(30), &in_hand};
    StoreUnderTest tested(
        *backend, definition.spec(),
        {.changelog = &changelog, .context = &context, .changelog_mode = GetParam()});
    auto store = definition.bind(tested->store());
    work(store);
    tested->log_pending();
    return changelog.lines;
  }
  static std::string tombstone() {
    return GetParam() == ChangelogMode::every_put ? "null@30 1" : "null@30 0";
  }
};

INSTANTIATE_TEST_SUITE_P(, HeaderChangelogTest,
                         ::testing::Values(ChangelogMode::every_put, ChangelogMode::coalesced));

TEST_P(HeaderChangelogTest, OfKeyValues) {
  const auto lines =
      logged(stores::key_value_with_headers<std::string, std::string>("kv").in_memory(),
             [](TypedKeyValueStoreWithHeaders<std::string, std::string>& store) {
               store.put("a", "x", Timestamp(10), kTraced);
               store.erase("b");
             });

  EXPECT_THAT(lines, ElementsAre("x@10 3", tombstone()));
}

TEST_P(HeaderChangelogTest, OfWindows) {
  const auto lines = logged(stores::window_with_headers<std::string, std::string>(
                                "w", milliseconds(100), milliseconds(10))
                                .in_memory(),
                            [](TypedWindowStoreWithHeaders<std::string, std::string>& store) {
                              store.put("a", "x", Timestamp(12), kTraced, Timestamp(10));
                              store.erase("b", Timestamp(10));
                            });

  EXPECT_THAT(lines, ElementsAre("x@12 3", tombstone()));
}

TEST_P(HeaderChangelogTest, OfSessions) {
  const auto lines = logged(
      stores::session_with_headers<std::string, std::string>("s", milliseconds(100)).in_memory(),
      [](TypedSessionStoreWithHeaders<std::string, std::string>& store) {
        const std::string value = "x";
        store.put("a", {Timestamp(5), Timestamp(9)}, &value, kTraced);
        store.remove("b", {Timestamp(5), Timestamp(9)});
      });

  EXPECT_THAT(lines, ElementsAre("x@30 3", tombstone()));
}

TEST_P(HeaderStoreTest, AChangelogRecordGivesTheHeadersBack) {
  const auto definition =
      on_backend(stores::key_value_with_headers<std::string, std::string>("kv"));
  const auto sessions =
      on_backend(stores::session_with_headers<std::string, std::string>("s", milliseconds(100)));
  StoreUnderTest tested(*backend_, definition.spec());
  StoreUnderTest session_store(*backend_, sessions.spec());
  const Window session{Timestamp(5), Timestamp(9)};
  const Bytes session_key = Bytes("a") + Bytes(7, '\0') + '\x09' + Bytes(7, '\0') + '\x05';

  ASSERT_TRUE(tested->replay({"a", NullableBytesView("x"), Timestamp(10), &kTraced}).has_value());
  ASSERT_TRUE(session_store->replay({session_key, NullableBytesView("y"), Timestamp(10), &kTraced})
                  .has_value());

  EXPECT_EQ(definition.bind(tested->store()).get("a"),
            (ValueWithHeaders<std::string>{"x", Timestamp(10), kTraced}));
  EXPECT_EQ(sessions.bind(session_store->store()).get("a", session),
            (ValueWithHeaders<std::string>{"y", Timestamp::unknown(), kTraced}));
}

}  // namespace
}  // namespace pawl::test
