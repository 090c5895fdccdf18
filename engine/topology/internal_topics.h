// Names and configs of the topics an application makes for itself. Names and, under
// `kafka_streams_4_3`, configs are those of Kafka Streams. Natively, windowed changelogs have no
// retention by the broker's clock: what they hold follows stream time, and what no live window
// needs is deleted by us (DeleteRecords). Source: ProcessorStateManager.storeChangelogTopic,
// InternalTopologyBuilder.decorateTopic, *TopicConfig.
#pragma once

#include <pawl/engine/compatibility.h>
#include <pawl/engine/topology.h>
#include <pawl/model/ids.h>
#include <pawl/statestore/store_spec.h>

#include <map>
#include <string>

namespace pawl::internal {

using TopicConfig = std::map<std::string, std::string>;

// `<app>-<store>-changelog`
std::string changelog_topic_name(const std::string& application_id, const std::string& store);
// The topic from which a store is restored: its changelog, or the source topic it mirrors.
std::string changelog_of(const std::string& application_id, const StoreSpec& store);
// `<app>-<name>`: repartition names carry their suffix already.
std::string internal_topic_name(const std::string& application_id, const std::string& name);
// `<app>-tasks-<subtopology>`: the topic whose partitions stand for the tasks
// (docs/ARCHITECTURE.md, membership).
std::string task_topic_name(const std::string& application_id, SubtopologyId subtopology);

TopicConfig changelog_topic_config(const StoreSpec& store, Compatibility compatibility);
TopicConfig repartition_topic_config();
TopicConfig task_topic_config();

}  // namespace pawl::internal
