#include "testing/driver_core.h"

#include <pawl/testing/topology_driver.h>

#include <utility>

namespace pawl::testing {

TopologyDriver::TopologyDriver(Topology topology, DriverOptions options)
    : core_(std::make_unique<internal::DriverCore>(std::move(topology), std::move(options))) {}

TopologyDriver::~TopologyDriver() = default;

void TopologyDriver::pipe(const std::string& topic, const TestRecordBytes& record) {
  core_->pipe(topic, record);
}

std::vector<ProducedRecord> TopologyDriver::take_produced() {
  return core_->outputs().take();
}

void TopologyDriver::advance_wall_clock(std::chrono::milliseconds by) {
  core_->advance_wall_clock(by);
}

Timestamp TopologyDriver::wall_clock() const {
  return core_->wall_clock();
}

void TopologyDriver::commit() {
  core_->commit();
}

void TopologyDriver::abort() {
  core_->abort();
}

void TopologyDriver::restart(State state) {
  core_->restart(state);
}

StateStore& TopologyDriver::state_store(const std::string& name,
                                        std::optional<PartitionId> partition) {
  return core_->state_store(name, partition);
}

ReadOnlyKeyValueStore TopologyDriver::query_key_value(const std::string& name) const {
  RowSnapshotSources parts = core_->parts_of(name, StoreKind::key_value);
  return {core_->topology().store(name), std::move(parts)};
}

ReadOnlyWindowStore TopologyDriver::query_window(const std::string& name) const {
  RowSnapshotSources parts = core_->parts_of(name, StoreKind::window);
  return {core_->topology().store(name), std::move(parts)};
}

ReadOnlyVersionedStore TopologyDriver::query_versioned(const std::string& name) const {
  RowSnapshotSources parts = core_->parts_of(name, StoreKind::versioned_key_value);
  return {core_->topology().store(name), std::move(parts)};
}

ReadOnlySessionStore TopologyDriver::query_session(const std::string& name) const {
  RowSnapshotSources parts = core_->parts_of(name, StoreKind::session);
  return {core_->topology().store(name), std::move(parts)};
}

std::map<std::string, std::string> TopologyDriver::committed_metadata() const {
  return core_->committed_metadata();
}

MetricsSnapshot TopologyDriver::metrics() const {
  return core_->metrics();
}

}  // namespace pawl::testing
