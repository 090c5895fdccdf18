// Flight: a user's type without a serde, and the serde that the right twins pass.
#pragma once

#include <pawl/serde/serde.h>

#include <memory>
#include <string>

struct Flight {
  std::string number;
};

class FlightCodec final : public pawl::Codec<Flight> {
 public:
  void encode(const Flight& flight, pawl::Bytes& out) const override { out += flight.number; }
  pawl::Result<void> decode(pawl::BytesView bytes, Flight& flight) const override {
    flight.number = bytes;
    return {};
  }
};

inline pawl::Serde<Flight> flight_serde() {
  return pawl::Serde<Flight>(std::make_shared<FlightCodec>());
}
