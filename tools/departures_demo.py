"""Feeds the departures topology, kills one of its instances, and checks every result.

The expected counts are made from the file here, in plain Python; nothing of pawl takes part in them. Called by
tools/demo, which provides the broker, the built program and the Python packages.
"""

import argparse
import csv
import datetime
import json
import os
import random
import signal
import struct
import subprocess
import sys
import time
from collections import Counter, deque

import confluent_kafka
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

import departure_pb2

INPUT = "departures"
OUTPUT = "hourly-departures"
GROUP = "departures-demo"
PARTITIONS = 4
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
PACE_MS = 7 * DAY_MS          # no event this far ahead of the oldest one that is not committed
DISORDER_MS = 30 * 60_000     # an event comes at most this late
DUPLICATES = 0.05
GRACE_MS = 8 * DAY_MS
CRASH_AT = "commit.after_offsets:25"  # in the middle of a transaction: offsets sent, not committed
DEADLINE_S = 600


class Failed(Exception):
    """The demo cannot go on; the message says why."""


def read_departures(path, limit):
    """The departures as (event time, id, message bytes), in event-time order."""
    events = []
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            hour = datetime.datetime.fromisoformat(row["time_hour"].replace("Z", "+00:00"))
            if hour.tzinfo is None:
                hour = hour.replace(tzinfo=datetime.timezone.utc)
            scheduled = int(hour.timestamp()) * 1000 + int(float(row["minute"])) * 60_000
            message = departure_pb2.Departure(
                origin=row["origin"], destination=row["dest"], carrier=row["carrier"],
                flight=int(row["flight"]), scheduled_ms=scheduled)
            event_id = f'{row["time_hour"]}|{row["origin"]}|{row["carrier"]}|{row["flight"]}'
            events.append((scheduled, event_id, message.SerializeToString(), row["origin"]))
    events.sort(key=lambda event: (event[0], event[1]))
    return events[:limit] if limit else events


def disordered_with_duplicates(events, rng):
    """The order of publishing: late by up to DISORDER_MS, and some events twice."""
    published = []
    for event in events:
        published.append((event[0] + rng.randrange(DISORDER_MS), event))
        if rng.random() < DUPLICATES:
            published.append((event[0] + rng.randrange(DISORDER_MS), event))
    published.sort(key=lambda entry: entry[0])
    return [event for _, event in published]


def murmur2(data):
    """Kafka's partitioner, to find keys for every partition."""
    mask, multiplier = 0xFFFFFFFF, 0x5BD1E995
    value = (0x9747B28C ^ len(data)) & mask
    for at in range(0, len(data) // 4 * 4, 4):
        k = int.from_bytes(data[at:at + 4], "little") * multiplier & mask
        k = (k ^ k >> 24) * multiplier & mask
        value = (value * multiplier & mask) ^ k
    rest = data[len(data) // 4 * 4:]
    if rest:
        value = (value ^ int.from_bytes(rest, "little")) * multiplier & mask
    value = (value ^ value >> 13) * multiplier & mask
    return value ^ value >> 15


def flush_origins():
    """One made-up airport for each partition of the repartition topic."""
    origins, number = {}, 0
    while len(origins) < PARTITIONS:
        name = f"flush-{number}"
        origins.setdefault((murmur2(name.encode()) & 0x7FFFFFFF) % PARTITIONS, name)
        number += 1
    return list(origins.values())


class Instance:
    """One running pawl-departures."""

    def __init__(self, number, options):
        self.number = number
        self.options = options
        self.metrics_file = os.path.join(options.work, f"metrics-{number}.json")
        self.log = open(os.path.join(options.work, f"instance-{number}.log"), "ab")
        self.process = None

    def start(self, crash_at=None):
        environment = dict(os.environ)
        if crash_at:
            environment["PAWL_CRASH_AT"] = crash_at
        self.process = subprocess.Popen(
            [self.options.program, "--bootstrap", self.options.bootstrap, "--application-id", GROUP,
             "--state-dir", os.path.join(self.options.work, f"state-{self.number}"),
             "--grace-hours", str(GRACE_MS // HOUR_MS), "--session-seconds", "6",
             "--metrics", self.metrics_file],
            stdout=self.log, stderr=self.log, env=environment)

    def died(self):
        return self.process.poll() is not None

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        if code != 0:
            raise Failed(f"instance {self.number} ended with exit code {code}, see {self.log.name}")
        with open(self.metrics_file, encoding="utf-8") as file:
            return json.load(file)

    def log_tail(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-15:])


class Progress:
    """One line that tells how far the demo is."""

    def __init__(self, total):
        self.total, self.began, self.shown, self.published = total, time.monotonic(), 0.0, 0
        self.terminal = sys.stderr.isatty()

    def show(self, text, force=False):
        now = time.monotonic()
        if not force and now - self.shown < (0.2 if self.terminal else 5):
            return
        self.shown = now
        rate = self.published / max(now - self.began, 0.001)
        line = f"{self.published * 100 // max(self.total, 1):3d}% published {self.published:,} of {self.total:,} " \
               f"({rate:,.0f}/s) {text}"
        sys.stderr.write(f"\r\x1b[K{line}" if self.terminal else line + "\n")
        sys.stderr.flush()

    def end(self):
        if self.terminal:
            sys.stderr.write("\r\x1b[K")


class Feeder:
    """Publishes events, pacing itself by what the group has committed."""

    def __init__(self, options, instances, progress):
        self.producer = Producer({
            "bootstrap.servers": options.bootstrap, "enable.idempotence": True, "linger.ms": 5, "log_level": 3,
            "partitioner": "murmur2_random", "queue.buffering.max.messages": 1_000_000})
        self.offsets = Consumer({
            "bootstrap.servers": options.bootstrap, "group.id": GROUP, "enable.auto.commit": False,
            "isolation.level": "read_committed"})
        self.options, self.instances, self.progress = options, instances, progress
        self.waiting = {partition: deque() for partition in range(PARTITIONS)}  # (offset, event time)
        self.oldest = None
        self.killed = 0
        self.kill_pending = not options.no_kill

    def delivered(self, event_time):
        def callback(error, message):
            if error is not None:
                raise Failed(f"publishing failed: {error}")
            self.waiting[message.partition()].append((message.offset(), event_time))
        return callback

    def publish(self, event_time, event_id, value):
        while True:
            try:
                self.producer.produce(INPUT, key=event_id.encode(), value=value, timestamp=event_time,
                                      on_delivery=self.delivered(event_time))
                return
            except BufferError:
                self.producer.poll(0.05)

    def look(self):
        """Asks what is committed, and sees to the instances."""
        self.producer.poll(0)
        for instance in self.instances:
            if instance.died():
                if not self.kill_pending or instance.process.returncode != -signal.SIGKILL:
                    raise Failed(f"instance {instance.number} ended by itself "
                                 f"({instance.process.returncode}):\n{instance.log_tail()}")
                self.kill_pending = False
                self.killed += 1
                instance.start()
        try:
            committed = self.offsets.committed(
                [TopicPartition(INPUT, partition) for partition in range(PARTITIONS)], timeout=2)
        except confluent_kafka.KafkaException:
            return  # offsets of an open transaction, or the broker is busy: ask again
        for partition in committed:
            queue = self.waiting[partition.partition]
            while queue and queue[0][0] < partition.offset:
                queue.popleft()
        times = [min(time_ for _, time_ in queue) for queue in self.waiting.values() if queue]
        self.oldest = min(times) if times else None

    def wait_until(self, condition, text):
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            if time.monotonic() > deadline:
                raise Failed(f"no progress in {DEADLINE_S} s while {text}")
            self.producer.poll(0.02)
            self.look()
            self.progress.show(text)

    def feed(self, events):
        """`events` in publishing order; the pace is by the event time of the oldest event not committed yet."""
        for number, (event_time, event_id, value, _) in enumerate(events):
            if number % 200 == 0:
                self.producer.poll(0)
                self.progress.show("")
            # What is on its way counts as not committed: the oldest known one bounds it from below.
            if self.oldest is None or event_time - self.oldest > PACE_MS - DISORDER_MS:
                self.producer.flush()
                self.look()
                self.wait_until(lambda now=event_time: self.oldest is None or now - self.oldest <= PACE_MS - DISORDER_MS,
                                "waiting for commits")
                if self.oldest is None:
                    self.oldest = event_time
            self.publish(event_time, event_id, value)
            self.progress.published += 1
        self.producer.flush()
        self.wait_until(lambda: not any(self.waiting.values()), "waiting for the last commits")

    def flush_windows(self, last_time):
        """Moves stream time on every task behind the grace of the last hour, so that every window closes."""
        event_time = last_time + GRACE_MS + 2 * DAY_MS
        for origin in flush_origins():
            message = departure_pb2.Departure(origin=origin, scheduled_ms=event_time)
            self.publish(event_time, origin, message.SerializeToString())
        self.producer.flush()
        self.wait_until(lambda: not any(self.waiting.values()), "closing the last windows")


def read_results(options, expected):
    """The output as read_committed shows it: {(origin, hour): [counts]}; waits for as many as are expected."""
    consumer = Consumer({"bootstrap.servers": options.bootstrap, "group.id": "demo-check",
                         "enable.auto.commit": False, "auto.offset.reset": "earliest",
                         "isolation.level": "read_committed", "enable.partition.eof": True})
    consumer.assign([TopicPartition(OUTPUT, partition, 0) for partition in range(PARTITIONS)])
    results, at_end, deadline, found = {}, set(), time.monotonic() + 60, 0
    while len(at_end) < PARTITIONS or found < expected:
        if time.monotonic() > deadline:
            break
        message = consumer.poll(0.2)
        if message is None:
            continue
        if message.error():
            if message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                at_end.add(message.partition())
                continue
            raise Failed(f"reading the output failed: {message.error()}")
        at_end.discard(message.partition())
        origin = message.key()[:-8].decode()
        start, = struct.unpack(">q", message.key()[-8:])
        if origin.startswith("flush-"):
            continue
        results.setdefault((origin, start), []).append(struct.unpack(">q", message.value())[0])
        found += 1
    consumer.close()
    return results


def compare(results, expected):
    mismatches = []
    for window in sorted(set(results) | set(expected)):
        if results.get(window) != [expected.get(window)]:
            mismatches.append((window, expected.get(window, 0), results.get(window, [])))
    return mismatches


def make_topics(options):
    admin = AdminClient({"bootstrap.servers": options.bootstrap})
    # Event times are years ago: without this the broker would delete the records while they are read.
    config = {"retention.ms": "-1", "message.timestamp.type": "CreateTime"}
    for future in admin.create_topics([NewTopic(topic, PARTITIONS, 1, config=config)
                                       for topic in (INPUT, OUTPUT)]).values():
        future.result(30)


def run(options):
    events = read_departures(options.flights, options.events)
    expected = Counter((origin, event_time // HOUR_MS * HOUR_MS) for event_time, _, _, origin in events)
    publishing = disordered_with_duplicates(events, random.Random(2013))
    make_topics(options)
    instances = [Instance(1, options), Instance(2, options)]
    progress = Progress(len(publishing))
    began = time.monotonic()
    try:
        instances[0].start(crash_at=None if options.no_kill else CRASH_AT)
        instances[1].start()
        feeder = Feeder(options, instances, progress)
        feeder.feed(publishing)
        feeder.flush_windows(events[-1][0])
        elapsed = time.monotonic() - began
        results = read_results(options, len(expected))
        metrics = [instance.stop() for instance in instances]
    except BaseException:
        for instance in instances:
            if instance.process is not None and not instance.died():
                instance.process.kill()
                instance.process.wait()
        raise
    finally:
        progress.end()
    mismatches = compare(results, expected)
    late = sum(totals.get("records.dropped.late", 0) for totals in metrics)
    counted = sum(sum(counts) for counts in results.values())
    report(results, mismatches)
    if feeder.kill_pending:
        print("error: no instance was killed: the crash point was not reached")
    print(f"{len(events):,} events, {len(publishing) - counted:,} duplicates dropped, {late:,} late records dropped, "
          f"{len(expected):,} windows, {len(mismatches):,} mismatches, {feeder.killed} instance killed, "
          f"{len(publishing) / elapsed:,.0f} records per second")
    return 1 if mismatches or late or feeder.kill_pending else 0


def report(results, mismatches):
    print(f"{'origin':<8}{'windows':>9}{'departures':>12}{'busiest hour (UTC)':>24}{'count':>7}")
    for origin in sorted({origin for origin, _ in results}):
        windows = {start: sum(counts) for (name, start), counts in results.items() if name == origin}
        busiest = max(windows, key=lambda start: (windows[start], -start))
        hour = datetime.datetime.fromtimestamp(busiest / 1000, datetime.timezone.utc)
        print(f"{origin:<8}{len(windows):>9,}{sum(windows.values()):>12,}{f'{hour:%Y-%m-%d %H:%M}':>24}"
              f"{windows[busiest]:>7}")
    for (origin, start), wanted, got in mismatches[:10]:
        print(f"mismatch: {origin} {start}: expected {wanted}, got {got}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--flights", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--no-kill", action="store_true")
    try:
        sys.exit(run(parser.parse_args()))
    except Failed as failure:
        sys.exit(f"demo: {failure}")


if __name__ == "__main__":
    main()
