package pawl.bench;

import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/** One of the four pipelines of the comparison, on Kafka Streams; runs until SIGTERM. */
public final class Peer {
  private static final Duration WITHIN = Duration.ofHours(24);

  /** The usual recipe for deduplication: a window store that is asked for the id around the event's time. */
  private static final class Deduplicate implements Processor<Bytes, byte[], Bytes, byte[]> {
    private ProcessorContext<Bytes, byte[]> context;
    private WindowStore<Bytes, Long> seen;

    @Override
    public void init(final ProcessorContext<Bytes, byte[]> processorContext) {
      context = processorContext;
      seen = context.getStateStore("seen");
    }

    @Override
    public void process(final Record<Bytes, byte[]> record) {
      final long time = record.timestamp();
      try (WindowStoreIterator<Long> found =
          seen.fetch(record.key(), Math.max(0, time - WITHIN.toMillis()), time + WITHIN.toMillis())) {
        if (found.hasNext()) {
          return;
        }
      }
      seen.put(record.key(), context.recordMetadata().map(m -> m.offset()).orElse(-1L), time);
      context.forward(record);
    }
  }

  private static Topology topology(final String scenario, final String in, final String out) {
    final StreamsBuilder builder = new StreamsBuilder();
    final Serde<byte[]> bytes = Serdes.ByteArray();
    if (scenario.equals("pass-through")) {
      builder.stream(in, Consumed.with(bytes, bytes)).to(out, Produced.with(bytes, bytes));
      return builder.build();
    }
    if (scenario.equals("dedup")) {
      builder.addStateStore(Stores.windowStoreBuilder(
          Stores.persistentWindowStore("seen", WITHIN.multipliedBy(2).plusMillis(1), WITHIN, false),
          Serdes.Bytes(), Serdes.Long()));
      builder.stream(in, Consumed.with(Serdes.Bytes(), bytes))
          .process(Deduplicate::new, "seen")
          .to(out, Produced.with(Serdes.Bytes(), bytes));
      return builder.build();
    }
    final Duration size = Duration.ofSeconds(10);
    final KStream<String, byte[]> stream = builder.stream(in, Consumed.with(Serdes.String(), bytes));
    KTable<Windowed<String>, Long> counts = stream
        .groupByKey(Grouped.with(Serdes.String(), bytes))
        .windowedBy(TimeWindows.ofSizeAndGrace(size, Duration.ofSeconds(5)))
        .count(Materialized.as("counts"));
    if (scenario.equals("windowed-count-suppress")) {
      counts = counts.suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded()));
    } else if (!scenario.equals("windowed-count")) {
      throw new IllegalArgumentException("unknown scenario " + scenario);
    }
    counts.toStream().to(out, Produced.with(
        WindowedSerdes.timeWindowedSerdeFrom(String.class, size.toMillis()), Serdes.Long()));
    return builder.build();
  }

  /** Arguments: bootstrap, application id, scenario, input topic, output topic, state directory, cache bytes. */
  public static void main(final String[] arguments) throws InterruptedException {
    final Properties config = new Properties();
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[1]);
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    config.put(StreamsConfig.STATE_DIR_CONFIG, arguments[5]);
    config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, Long.parseLong(arguments[6]));
    final KafkaStreams streams =
        new KafkaStreams(topology(arguments[2], arguments[3], arguments[4]), config);
    final CountDownLatch stop = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      streams.close(Duration.ofSeconds(10));
      stop.countDown();
    }));
    streams.start();
    stop.await();
  }
}
