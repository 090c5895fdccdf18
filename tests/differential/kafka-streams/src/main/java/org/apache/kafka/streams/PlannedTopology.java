// Builds the topology of a plan (plans.py) with Kafka Streams' DSL.
package org.apache.kafka.streams;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.kstream.*;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.SessionStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

@SuppressWarnings({"unchecked", "deprecation"})
final class PlannedTopology {
  private final StreamsBuilder builder = new StreamsBuilder();
  private final List<Object> made = new ArrayList<>();

  static Topology build(JsonNode plan, Properties config) {
    PlannedTopology topology = new PlannedTopology();
    for (JsonNode step : plan.get("steps")) {
      topology.made.add(topology.step(step));
    }
    return topology.builder.build(config);
  }

  private static String printed(Object value) {
    return String.valueOf(value);
  }
  private static boolean keep(String value) {
    return value == null || !value.endsWith("3");
  }
  private static String first(String value) {
    return value == null || value.startsWith("e") ? null : value.substring(0, 1);
  }
  private static String both(Object left, Object right) {
    return printed(left) + "|" + printed(right);
  }
  private static String added(String all, String value) {
    return "d4".equals(value) ? null : all + "+" + value;
  }
  // Goes on with what comes, and with a record of its own at each of some intervals.
  private static final class Ticking extends ContextualProcessor<String, String, String, String> {
    private final JsonNode ticks;
    Ticking(JsonNode ticks) {
      this.ticks = ticks;
    }
    @Override
    public void init(ProcessorContext<String, String> context) {
      super.init(context);
      for (JsonNode interval : ticks) {
        String value = "tick" + interval.asText();
        context.schedule(Duration.ofMillis(interval.asLong()), PunctuationType.STREAM_TIME,
            time -> context.forward(new Record<>("d", value, time)));
      }
    }
    @Override
    public void process(Record<String, String> record) {
      context().forward(record);
    }
  }

  private static final class Marking extends ContextualFixedKeyProcessor<String, String, String> {
    @Override
    public void process(FixedKeyRecord<String, String> record) {
      context().forward(record.withValue(printed(record.value()) + "'"));
    }
  }

  // "a@10-20", of a windowed key.
  private static String text(Windowed<String> key) {
    return key.key() + "@" + key.window().start() + "-" + key.window().end();
  }
  private static Duration ms(JsonNode step, String name) {
    return Duration.ofMillis(step.get(name).asLong());
  }
  private static String text(JsonNode step, String name) {
    return step.hasNonNull(name) ? step.get(name).asText() : null;
  }
  private static boolean flag(JsonNode step, String name) {
    return step.hasNonNull(name) && step.get(name).asBoolean();
  }

  private KStream<String, String> stream(JsonNode step, String name) {
    return (KStream<String, String>) made.get(step.get(name).asInt());
  }
  private KTable<Object, String> table(JsonNode step, String name) {
    return (KTable<Object, String>) made.get(step.get(name).asInt());
  }
  private KTable<String, String> plainTable(JsonNode step, String name) {
    return (KTable<String, String>) made.get(step.get(name).asInt());
  }

  private <K, V, S extends org.apache.kafka.streams.processor.StateStore> Materialized<K, V, S> stored(
      JsonNode step) {
    JsonNode store = step.get("store");
    Materialized<K, V, S> materialized;
    if (store.hasNonNull("versioned")) {
      materialized = (Materialized<K, V, S>) Materialized.<K, V>as(
          Stores.persistentVersionedKeyValueStore(store.get("name").asText(), ms(store, "versioned")));
    } else if (store.hasNonNull("name")) {
      materialized = Materialized.as(store.get("name").asText());
    } else {
      materialized = Materialized.with(null, null);
    }
    if (!store.hasNonNull("versioned")) {
      if (flag(store, "memory")) {
        materialized.withStoreType(Materialized.StoreType.IN_MEMORY);
      }
      if (store.hasNonNull("retention")) {
        materialized.withRetention(ms(store, "retention"));
      }
    }
    if (flag(store, "unlogged")) {
      materialized.withLoggingDisabled();
    }
    return flag(store, "cached") ? materialized.withCachingEnabled() : materialized.withCachingDisabled();
  }

  private static JoinWindows joinWindows(JsonNode step) {
    return JoinWindows.ofTimeDifferenceAndGrace(ms(step, "before"), ms(step, "grace"))
        .before(ms(step, "before")).after(ms(step, "after"));
  }

  private static StreamJoined<String, String, String> streamJoined(JsonNode step) {
    StreamJoined<String, String, String> joined = StreamJoined.with(Serdes.String(), Serdes.String(), Serdes.String());
    if (step.hasNonNull("name")) {
      joined = joined.withName(step.get("name").asText());
    }
    if (step.hasNonNull("store_name")) {
      joined = joined.withStoreName(step.get("store_name").asText());
    }
    return joined;
  }

  private static Named named(JsonNode step) {
    return step.hasNonNull("name") ? Named.as(step.get("name").asText()) : null;
  }
  private static Grouped<String, String> grouped(JsonNode step) {
    Grouped<String, String> grouped = Grouped.with(Serdes.String(), Serdes.String());
    return step.hasNonNull("name") ? grouped.withName(step.get("name").asText()) : grouped;
  }

  private Object step(JsonNode step) {
    switch (step.get("op").asText()) {
      case "stream":
        return builder.<String, String>stream(step.get("topic").asText());
      case "table":
        return step.has("store")
            ? builder.<String, String>table(step.get("topic").asText(),
                  this.<String, String, KeyValueStore<Bytes, byte[]>>stored(step))
            : builder.<String, String>table(step.get("topic").asText());
      case "global_table":
        return builder.<String, String>globalTable(step.get("topic").asText());
      case "filter":
        return stream(step, "in").filter((key, value) -> keep(value));
      case "filter_not":
        return stream(step, "in").filterNot((key, value) -> keep(value));
      case "map_values":
        return stream(step, "in").mapValues(value -> printed(value) + "'");
      case "map":
        return stream(step, "in").map((key, value) -> KeyValue.pair(value == null ? key : first(value), value));
      case "select_key":
        return stream(step, "in").selectKey((key, value) -> first(value));
      case "flat_map_values":
        return stream(step, "in").flatMapValues(value ->
            value == null ? List.<String>of() : value.endsWith("2") ? List.of(value, value + "x") : List.of(value));
      case "process":
        return stream(step, "in").process(() -> new Ticking(step.get("ticks")));
      case "process_values":
        return stream(step, "in").processValues(Marking::new);
      case "peek":
        return stream(step, "in").peek((key, value) -> { });
      case "merge":
        return stream(step, "in").merge(stream(step, "other"));
      case "split": {
        var branches = stream(step, "in").split(Named.as(step.get("name").asText()))
            .branch((key, value) -> keep(value), Branched.as("one"))
            .defaultBranch(Branched.as("two"));
        String prefix = step.get("name").asText();
        return List.of(branches.get(prefix + "one"), branches.get(prefix + "two"));
      }
      case "branch":
        return ((List<Object>) made.get(step.get("in").asInt())).get(step.get("which").asInt());
      case "repartition":
        return step.hasNonNull("name")
            ? stream(step, "in").repartition(Repartitioned.<String, String>as(step.get("name").asText()))
            : stream(step, "in").repartition();
      case "to":
        stream(step, "in").to(step.get("topic").asText());
        return null;
      case "to_table":
        return step.has("store")
            ? stream(step, "in").toTable(this.<String, String, KeyValueStore<Bytes, byte[]>>stored(step))
            : stream(step, "in").toTable();
      case "group_by_key":
        return stream(step, "in").groupByKey(grouped(step));
      case "group_by":
        return stream(step, "in").groupBy((key, value) -> first(value), grouped(step));
      case "aggregate":
        return aggregate(step);
      case "windowed":
        return windowed(step);
      case "cogroup":
        return cogroup(step);
      case "stream_join":
        return streamJoin(step);
      case "table_lookup":
        return tableLookup(step);
      case "global_lookup": {
        var global = (GlobalKTable<String, String>) made.get(step.get("table").asInt());
        return step.get("kind").asText().equals("inner")
            ? stream(step, "in").join(global, (key, value) -> first(value), (left, right) -> both(left, right))
            : stream(step, "in").leftJoin(global, (key, value) -> first(value), (left, right) -> both(left, right));
      }
      case "table_filter":
        return step.has("store")
            ? table(step, "in").filter((key, value) -> keep(value),
                  this.<Object, String, KeyValueStore<Bytes, byte[]>>stored(step))
            : table(step, "in").filter((key, value) -> keep(value));
      case "table_filter_not":
        return step.has("store")
            ? table(step, "in").filterNot((key, value) -> keep(value),
                  this.<Object, String, KeyValueStore<Bytes, byte[]>>stored(step))
            : table(step, "in").filterNot((key, value) -> keep(value));
      case "table_map_values":
        return step.has("store")
            ? table(step, "in").mapValues(value -> value + "'",
                  this.<Object, String, KeyValueStore<Bytes, byte[]>>stored(step))
            : table(step, "in").mapValues(value -> value + "'");
      case "to_stream":
        return plainTable(step, "in").toStream();
      case "windows_to_stream":
        return ((KTable<Windowed<String>, String>) made.get(step.get("in").asInt())).toStream()
            .map((key, value) -> KeyValue.pair(text(key), value));
      case "table_join":
        return tableJoin(step);
      case "foreign_key_join":
        return foreignKeyJoin(step);
      case "table_group_by": {
        return plainTable(step, "in").groupBy(
            (key, value) -> KeyValue.pair(first(value), value.equals("c1") ? null : value), grouped(step));
      }
      case "table_aggregate":
        return tableAggregate(step);
      case "suppress_limit": {
        Suppressed.BufferConfig<?> buffer = step.hasNonNull("records_max")
            ? Suppressed.BufferConfig.maxRecords(step.get("records_max").asLong()).emitEarlyWhenFull()
            : Suppressed.BufferConfig.unbounded();
        Suppressed<Object> suppressed = Suppressed.untilTimeLimit(ms(step, "wait"), buffer);
        return table(step, "in").suppress(
            step.hasNonNull("name") ? suppressed.withName(step.get("name").asText()) : suppressed);
      }
      case "suppress_close": {
        Suppressed<Object> suppressed =
            (Suppressed<Object>) (Suppressed<?>) Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded());
        return table(step, "in").suppress(
            step.hasNonNull("name") ? suppressed.withName(step.get("name").asText()) : suppressed);
      }
      default:
        throw new IllegalArgumentException("unknown step " + step);
    }
  }

  private Object aggregate(JsonNode step) {
    var group = (KGroupedStream<String, String>) made.get(step.get("in").asInt());
    switch (step.get("by").asText()) {
      case "count":
        return (step.has("store") ? group.count(this.<String, Long, KeyValueStore<Bytes, byte[]>>stored(step))
                                  : group.count()).mapValues(PlannedTopology::printed);
      case "reduce":
        return step.has("store")
            ? group.reduce(PlannedTopology::added, this.<String, String, KeyValueStore<Bytes, byte[]>>stored(step))
            : group.reduce(PlannedTopology::added);
      default:
        return step.has("store")
            ? group.aggregate(() -> "a", (key, value, all) -> added(all, value),
                  this.<String, String, KeyValueStore<Bytes, byte[]>>stored(step))
            : group.aggregate(() -> "a", (key, value, all) -> added(all, value));
    }
  }

  private static EmitStrategy emission(JsonNode step) {
    return flag(step, "on_close") ? EmitStrategy.onWindowClose() : EmitStrategy.onWindowUpdate();
  }

  private Object windowed(JsonNode step) {
    var group = (KGroupedStream<String, String>) made.get(step.get("in").asInt());
    switch (step.get("windows").asText()) {
      case "session": {
        var windows = group.windowedBy(SessionWindows.ofInactivityGapAndGrace(ms(step, "size"), ms(step, "grace")))
            .emitStrategy(emission(step));
        switch (step.get("by").asText()) {
          case "count":
            return windows.count(this.<String, Long, SessionStore<Bytes, byte[]>>stored(step))
                .mapValues(PlannedTopology::printed);
          case "reduce":
            return windows.reduce((all, value) -> all + "+" + value,
                this.<String, String, SessionStore<Bytes, byte[]>>stored(step));
          default:
            return windows.aggregate(() -> "a", (key, value, all) -> added(all, value),
                (key, left, right) -> left + "/" + right,
                this.<String, String, SessionStore<Bytes, byte[]>>stored(step));
        }
      }
      case "sliding":
        return aggregated(step, group.windowedBy(
            SlidingWindows.ofTimeDifferenceAndGrace(ms(step, "size"), ms(step, "grace"))));
      case "unlimited":
        return aggregated(step, group.windowedBy(UnlimitedWindows.of()));
      default:
        return aggregated(step, group.windowedBy(
            TimeWindows.ofSizeAndGrace(ms(step, "size"), ms(step, "grace")).advanceBy(ms(step, "advance"))));
    }
  }

  private Object aggregated(JsonNode step, TimeWindowedKStream<String, String> streams) {
    TimeWindowedKStream<String, String> windows = streams.emitStrategy(emission(step));
    switch (step.get("by").asText()) {
      case "count":
        return windows.count(this.<String, Long, WindowStore<Bytes, byte[]>>stored(step))
            .mapValues(PlannedTopology::printed);
      case "reduce":
        return windows.reduce(PlannedTopology::added, this.<String, String, WindowStore<Bytes, byte[]>>stored(step));
      default:
        return windows.aggregate(() -> "a", (key, value, all) -> added(all, value),
            this.<String, String, WindowStore<Bytes, byte[]>>stored(step));
    }
  }

  private Object cogroup(JsonNode step) {
    var first = (KGroupedStream<String, String>) made.get(step.get("in").asInt());
    var second = (KGroupedStream<String, String>) made.get(step.get("other").asInt());
    Aggregator<String, String, String> plus = (key, value, all) -> added(all, value);
    Aggregator<String, String, String> times = (key, value, all) -> all + "*" + value;
    var group = first.cogroup(plus).cogroup(second, times);
    Initializer<String> init = () -> "a";
    switch (step.get("windows").asText()) {
      case "none":
        return group.aggregate(init, this.<String, String, KeyValueStore<Bytes, byte[]>>stored(step));
      case "session":
        return group.windowedBy(SessionWindows.ofInactivityGapAndGrace(ms(step, "size"), ms(step, "grace")))
            .aggregate(init, (key, left, right) -> left + "/" + right,
                this.<String, String, SessionStore<Bytes, byte[]>>stored(step));
      case "sliding":
        return group.windowedBy(SlidingWindows.ofTimeDifferenceAndGrace(ms(step, "size"), ms(step, "grace")))
            .aggregate(init, this.<String, String, WindowStore<Bytes, byte[]>>stored(step));
      default:
        return group.windowedBy(TimeWindows.ofSizeAndGrace(ms(step, "size"), ms(step, "grace"))
                .advanceBy(ms(step, "advance")))
            .aggregate(init, this.<String, String, WindowStore<Bytes, byte[]>>stored(step));
    }
  }

  private Object streamJoin(JsonNode step) {
    var left = stream(step, "in");
    var right = stream(step, "other");
    ValueJoiner<String, String, String> joiner = PlannedTopology::both;
    switch (step.get("kind").asText()) {
      case "inner":
        return left.join(right, joiner, joinWindows(step), streamJoined(step));
      case "left":
        return left.leftJoin(right, joiner, joinWindows(step), streamJoined(step));
      default:
        return left.outerJoin(right, joiner, joinWindows(step), streamJoined(step));
    }
  }

  private Object tableLookup(JsonNode step) {
    var table = plainTable(step, "table");
    ValueJoiner<String, String, String> joiner = PlannedTopology::both;
    Joined<String, String, String> joined = Joined.with(Serdes.String(), Serdes.String(), Serdes.String());
    if (step.hasNonNull("name")) {
      joined = joined.withName(step.get("name").asText());
    }
    if (step.hasNonNull("grace")) {
      joined = joined.withGracePeriod(ms(step, "grace"));
    }
    return step.get("kind").asText().equals("inner") ? stream(step, "in").join(table, joiner, joined)
                                                     : stream(step, "in").leftJoin(table, joiner, joined);
  }

  private Object tableJoin(JsonNode step) {
    var left = table(step, "in");
    var right = table(step, "other");
    ValueJoiner<String, String, String> joiner = PlannedTopology::both;
    boolean kept = step.has("store");
    switch (step.get("kind").asText()) {
      case "inner":
        return kept ? left.join(right, joiner, this.<Object, String, KeyValueStore<Bytes, byte[]>>stored(step))
                    : left.join(right, joiner);
      case "left":
        return kept ? left.leftJoin(right, joiner, this.<Object, String, KeyValueStore<Bytes, byte[]>>stored(step))
                    : left.leftJoin(right, joiner);
      default:
        return kept ? left.outerJoin(right, joiner, this.<Object, String, KeyValueStore<Bytes, byte[]>>stored(step))
                    : left.outerJoin(right, joiner);
    }
  }

  private Object foreignKeyJoin(JsonNode step) {
    var left = plainTable(step, "in");
    var right = plainTable(step, "other");
    ValueJoiner<String, String, String> joiner = PlannedTopology::both;
    java.util.function.Function<String, String> key = PlannedTopology::first;
    boolean kept = step.has("store");
    if (step.get("kind").asText().equals("inner")) {
      return kept ? left.join(right, key, joiner, this.<String, String, KeyValueStore<Bytes, byte[]>>stored(step))
                  : left.join(right, key, joiner);
    }
    return kept ? left.leftJoin(right, key, joiner, this.<String, String, KeyValueStore<Bytes, byte[]>>stored(step))
                : left.leftJoin(right, key, joiner);
  }

  private Object tableAggregate(JsonNode step) {
    var group = (KGroupedTable<String, String>) made.get(step.get("in").asInt());
    switch (step.get("by").asText()) {
      case "count":
        return (step.has("store") ? group.count(this.<String, Long, KeyValueStore<Bytes, byte[]>>stored(step))
                                  : group.count()).mapValues(PlannedTopology::printed);
      case "reduce":
        return step.has("store")
            ? group.reduce(PlannedTopology::added, (all, value) -> all + "-" + value,
                  this.<String, String, KeyValueStore<Bytes, byte[]>>stored(step))
            : group.reduce(PlannedTopology::added, (all, value) -> all + "-" + value);
      default:
        return step.has("store")
            ? group.aggregate(() -> "a", (key, value, all) -> added(all, value), (key, value, all) -> all + "-" + value,
                  this.<String, String, KeyValueStore<Bytes, byte[]>>stored(step))
            : group.aggregate(() -> "a", (key, value, all) -> added(all, value), (key, value, all) -> all + "-" + value);
    }
  }
}
