// The key of a row in the subscription store of a foreign-key join: all who join a right row lie
// together behind one prefix.
//   key := i32 size ‖ foreign key ‖ primary key ;  prefix := i32 size ‖ foreign key
// Source: CombinedKeySchema. Thread rule: any thread.
#pragma once

#include <pawl/serde/serde.h>

#include <cstdint>

namespace pawl::internal {

// Overwrites `out`.
template <class KO>
void encode_subscription_prefix(const Serde<KO>& serde, const KO& foreign_key, Bytes& out) {
  constexpr std::size_t kSizeBytes = 4;
  out.assign(kSizeBytes, '\0');
  serde.encode(foreign_key, out);
  big_endian::store_i32(static_cast<std::int32_t>(out.size() - kSizeBytes), out.data());
}
// Overwrites `out`.
template <class KO, class K>
void encode_subscription_key(const Serde<KO>& foreign_serde, const KO& foreign_key,
                             const Serde<K>& primary_serde, const K& primary_key, Bytes& out) {
  encode_subscription_prefix(foreign_serde, foreign_key, out);
  primary_serde.encode(primary_key, out);
}

}  // namespace pawl::internal
