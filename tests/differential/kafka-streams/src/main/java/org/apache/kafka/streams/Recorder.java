// Runs every plan of a file (plans.py) on Kafka Streams' TopologyTestDriver and writes what came out, a file for each
// plan, in the format of tests/golden/vectors. In this package because the driver shows its task to nobody else.
package org.apache.kafka.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.internals.InternalTopicConfig;
import org.apache.kafka.streams.processor.internals.InternalTopologyBuilder;
import org.apache.kafka.streams.test.TestRecord;

public final class Recorder {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HexFormat HEX = HexFormat.of();
  private static final long WALL_CLOCK_START = 1_000_000;

  private final JsonNode plan;
  private final PrintWriter out;
  private final Map<String, Long> offsets = new TreeMap<>();
  private long sequence = 0;

  private Recorder(JsonNode plan, PrintWriter out) {
    this.plan = plan;
    this.out = out;
  }

  public static void main(String[] arguments) throws Exception {
    Path target = Path.of(arguments[1]);
    Files.createDirectories(target);
    int left = 0;
    for (String line : Files.readAllLines(Path.of(arguments[0]))) {
      JsonNode plan = JSON.readTree(line);
      Path file = target.resolve(plan.get("name").asText() + ".jsonl");
      try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file))) {
        new Recorder(plan, out).record(target);
      } catch (Broken failure) {
        // There is nothing to compare with: Kafka Streams does not build this one, or stumbles over its own casts.
        System.err.println(plan.get("name").asText() + " is left out: " + failure.getCause());
        Files.delete(file);
        ++left;
      }
    }
    System.err.println(left + " left out");
  }

  private static final class Broken extends Exception {
    Broken(Throwable failure) {
      super(root(failure));
    }

    private static Throwable root(Throwable failure) {
      return failure.getCause() == null ? failure : root(failure.getCause());
    }
  }

  private Properties config(Path target) {
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
    config.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    config.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    config.put(StreamsConfig.STATE_DIR_CONFIG, target.resolve("state").resolve(plan.get("name").asText()).toString());
    config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, plan.get("cache").asText());
    config.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG,
        plan.get("optimize").asBoolean() ? StreamsConfig.OPTIMIZE : StreamsConfig.NO_OPTIMIZATION);
    return config;
  }

  private void record(Path target) throws Exception {
    Properties config = config(target);
    Topology topology;
    TopologyTestDriver driver;
    try {
      topology = PlannedTopology.build(plan, config);
      driver = new TopologyTestDriver(topology, config, Instant.ofEpochMilli(WALL_CLOCK_START));
    } catch (Exception refusal) {
      throw new Broken(refusal);
    }
    writeHead(topology);
    Driven driven = new Driven(driver, plan.get("commit").asText().equals("manual"));
    try {
      long number = 0;
      for (JsonNode input : plan.get("script")) {
        ++number;
        writeInput(number, input);
        try {
          driven.run(input);
        } catch (Exception error) {
          throw new Broken(error);
        }
        writeOutputs(number, driver);
      }
      out.println("{\"type\":\"committed-offset-metadata\",\"metadata\":{}}");
    } finally {
      try {
        driver.close();
      } catch (Exception failed) {
        // After an error.
      }
    }
  }

  private void writeHead(Topology topology) {
    ObjectNode line = JSON.createObjectNode();
    line.put("type", "topology").put("name", plan.get("name").asText()).put("applicationId", "app");
    line.put("description", topology.describe().toString());
    line.set("plan", plan.get("steps"));
    ArrayNode subtopologies = line.putArray("subtopologies");
    new TreeMap<>(topology.internalTopologyBuilder.subtopologyToTopicsInfo()).forEach((id, info) -> {
      ObjectNode part = subtopologies.addObject();
      new TreeSet<>(info.sourceTopics).forEach(part.putArray("sourceTopics")::add);
      new TreeSet<>(info.sinkTopics).forEach(part.putArray("sinkTopics")::add);
      writeTopics(part.putObject("repartitionTopics"), info.repartitionSourceTopics);
      writeTopics(part.putObject("changelogTopics"), info.stateChangelogTopics);
    });
    out.println(line);
    ObjectNode configLine = JSON.createObjectNode();
    configLine.put("type", "config").put("commit", plan.get("commit").asText()).put("wallClockStart", WALL_CLOCK_START);
    configLine.putObject("config").put("statestore.cache.max.bytes", plan.get("cache").asText())
        .put("topology.optimization", plan.get("optimize").asBoolean() ? "all" : "none");
    out.println(configLine);
  }

  private static void writeTopics(ObjectNode to, Map<String, InternalTopicConfig> topics) {
    topics.forEach((name, config) -> {
      ObjectNode topic = to.putObject(name);
      if (config.numberOfPartitions().isPresent()) {
        topic.put("partitions", config.numberOfPartitions().get());
      } else {
        topic.putNull("partitions");
      }
      ObjectNode properties = topic.putObject("config");
      new TreeMap<>(config.properties(Map.of(), 86_400_000L)).forEach(properties::put);
    });
  }

  private void writeInput(long number, JsonNode input) {
    ObjectNode line = JSON.createObjectNode();
    line.put("type", "input").put("n", number).setAll((ObjectNode) input.deepCopy());
    if (input.get("op").asText().equals("record")) {
      line.put("key", hex(text(input, "key"))).put("value", hex(text(input, "value")));
      ArrayNode headers = line.putArray("headers");
      for (JsonNode header : input.get("headers")) {
        headers.addArray().add(header.get(0).asText()).add(hex(bytes(header.get(1).asText())));
      }
    }
    out.println(line);
  }

  private void writeOutputs(long number, TopologyTestDriver driver) {
    for (String topic : new TreeSet<>(driver.producedTopicNames())) {
      for (ProducerRecord<byte[], byte[]> record = driver.readRecord(topic); record != null;
          record = driver.readRecord(topic)) {
        ObjectNode line = JSON.createObjectNode();
        line.put("type", "output").put("n", number).put("seq", sequence++).put("kind", kind(topic)).put("topic", topic);
        line.put("partition", record.partition()).put("key", hex(record.key())).put("value", hex(record.value()));
        line.put("timestamp", record.timestamp());
        ArrayNode headers = line.putArray("headers");
        for (Header header : record.headers()) {
          headers.addArray().add(header.key()).add(hex(header.value()));
        }
        out.println(line);
      }
    }
  }

  private static String kind(String topic) {
    if (topic.endsWith("-changelog")) {
      return "changelog";
    }
    return topic.startsWith("app-") ? "repartition" : "sink";
  }

  private static byte[] text(JsonNode input, String field) {
    return input.hasNonNull(field) ? bytes(input.get(field).asText()) : null;
  }
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
  private static String hex(byte[] bytes) {
    return bytes == null ? null : HEX.formatHex(bytes);
  }

  // The driver, which by itself commits after every record; or only where the script says so.
  private static final class Driven {
    private final TopologyTestDriver driver;
    private final boolean manual;
    private final Method enqueue;
    private final Method capture;
    private final Method commit;
    private final Method partition;
    private final ByteArraySerializer serializer = new ByteArraySerializer();

    Driven(TopologyTestDriver driver, boolean manual) throws ReflectiveOperationException {
      this.driver = driver;
      this.manual = manual;
      enqueue = method("enqueueTaskRecord", String.class, TopicPartition.class, long.class, byte[].class, byte[].class,
          Headers.class);
      capture = method("captureOutputsAndReEnqueueInternalResults");
      commit = method("commit", Map.class);
      partition = method("getInputTopicOrPatternPartition", String.class);
    }

    private static Method method(String name, Class<?>... types) throws ReflectiveOperationException {
      Method method = TopologyTestDriver.class.getDeclaredMethod(name, types);
      method.setAccessible(true);
      return method;
    }

    void run(JsonNode input) throws Exception {
      switch (input.get("op").asText()) {
        case "record":
          pipe(input);
          return;
        case "commit":
          commitTask();
          work();
          return;
        default:
          driver.advanceWallClockTime(Duration.ofMillis(input.get("ms").asLong()));
      }
    }

    private void pipe(JsonNode input) throws Exception {
      String topic = input.get("topic").asText();
      Headers headers = new RecordHeaders();
      for (JsonNode header : input.get("headers")) {
        headers.add(header.get(0).asText(), bytes(header.get(1).asText()));
      }
      byte[] key = text(input, "key");
      byte[] value = text(input, "value");
      long timestamp = input.get("timestamp").asLong();
      TopicPartition source = (TopicPartition) partition.invoke(driver, topic);
      if (!manual || source == null) {
        driver.pipeRecord(topic, new TestRecord<>(key, value, headers, timestamp), serializer, serializer, null);
        return;
      }
      enqueue.invoke(driver, topic, source, timestamp, key, value, headers);
      work();
    }

    private void work() throws Exception {
      capture.invoke(driver);
      driver.task.resumePollingForPartitionsWithAvailableSpace();
      driver.task.updateLags();
      while (driver.task.hasRecordsQueued() && driver.task.isProcessable(WALL_CLOCK_START)) {
        driver.task.process(WALL_CLOCK_START);
        driver.task.maybePunctuateStreamTime();
        if (!manual) {
          commitTask();
        }
        capture.invoke(driver);
      }
    }

    private void commitTask() throws Exception {
      commit.invoke(driver, driver.task.prepareCommit(true));
      driver.task.postCommit(true);
    }
  }
}
