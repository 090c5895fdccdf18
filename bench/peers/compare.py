"""Runs pawl and Kafka Streams 4.3.1 side by side on the same input, in turn, and prints what each costs.

Called by tools/bench, which provides the broker, the built programs and the Python packages. For each scenario the input
is written once; then every program reads all of it, with an application id and an output topic of its own, until its
group has committed the end of the input. CPU time and peak memory are those of the whole process, start included, as the
kernel accounts for it.
"""

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time

import confluent_kafka
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

PARTITIONS = 4
VALUE = b"x" * 100
KEYS = 100_000
BASE_TIME = 1_600_000_000_000
RECORDS_PER_EVENT_SECOND = 10_000
SCENARIOS = ["pass-through", "dedup", "windowed-count", "windowed-count-suppress"]


def fill(bootstrap, topic, scenario, records):
    """Writes the input: 100-byte values; ids of which 80 % are new, or keys out of 100,000."""
    rng = random.Random(42)
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 50,
                         "partitioner": "murmur2_random", "queue.buffering.max.messages": 1_000_000,
                         "delivery.report.only.error": True, "log_level": 3})
    ids = 0
    for number in range(records):
        if scenario == "dedup":
            if ids == 0 or rng.random() < 0.8:
                ids += 1
                key = ids
            else:
                key = rng.randrange(ids)
            # Ids do not come in any order.
            key = (key * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big") * 2
        else:
            key = b"key-%06d" % rng.randrange(KEYS)
        while True:
            try:
                producer.produce(topic, key=key, value=VALUE,
                                 timestamp=BASE_TIME + number * 1000 // RECORDS_PER_EVENT_SECOND)
                break
            except BufferError:
                producer.poll(0.05)
    producer.flush()


def make_topic(admin, name):
    # Event times are in the past: without this the broker deletes records while they are read.
    config = {"retention.ms": "-1", "message.timestamp.type": "CreateTime"}
    admin.create_topics([NewTopic(name, PARTITIONS, 1, config=config)])[name].result(30)


def finished(consumer, topic, ends):
    try:
        committed = consumer.committed([TopicPartition(topic, p) for p in range(PARTITIONS)], timeout=2)
    except confluent_kafka.KafkaException:
        return False
    return all(partition.offset >= ends[partition.partition] for partition in committed)


def peak_rss_mb(pid):
    """Of a running process. (ru_maxrss would count what this program held when it forked.)"""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0.0


class Finished:
    """What one run cost."""

    def __init__(self, usage, seconds, records, rss_mb):
        self.cpu_us = (usage.ru_utime + usage.ru_stime) * 1e6 / records
        self.rate = records / seconds
        self.rss_mb = rss_mb


def run_once(options, program, scenario, topic, ends, number):
    application = f"{program}-{scenario}-{number}"
    output = f"out-{application}"
    state = os.path.join(options.work, f"state-{application}")
    os.makedirs(state)
    make_topic(options.admin, output)
    if program == "pawl":
        settings = {"bootstrap_servers": options.bootstrap, "application_id": application, "state_dir": state}
        command = [options.pawl, "--scenario", scenario, "--in", topic, "--out", output]
        for setting in [f"{name}={value}" for name, value in settings.items()] + options.set:
            command += ["--set", setting]
    elif program == "raw":
        command = [options.raw, "--bootstrap", options.bootstrap, "--application-id", application, "--in", topic,
                   "--out", output]
    else:
        command = ["java", *options.java_options.split(), "-cp", options.java_classes, "pawl.bench.Peer",
                   options.bootstrap, application, scenario, topic, output, state, str(options.java_cache)]
    consumer = Consumer({"bootstrap.servers": options.bootstrap, "group.id": application,
                         "isolation.level": "read_committed", "enable.auto.commit": False})
    log = open(os.path.join(options.work, f"{application}.log"), "wb")
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=log, stderr=log)
    status = None
    rss_mb = 0.0
    while not finished(consumer, topic, ends):
        time.sleep(0.1)
        rss_mb = max(rss_mb, peak_rss_mb(process.pid))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid and program != "raw":
            sys.exit(f"{application} ended by itself, see {log.name}")
        if pid:
            break
        if time.monotonic() - began > 600:
            process.kill()
            sys.exit(f"{application} did not finish in 600 s, see {log.name}")
        status = None
    seconds = time.monotonic() - began
    if status is None:
        rss_mb = max(rss_mb, peak_rss_mb(process.pid))
        process.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    consumer.close()
    shutil.rmtree(state, ignore_errors=True)
    if options.verify and program != "raw":
        options.outputs.setdefault(scenario, {}).setdefault(program, count(options.bootstrap, output))
    options.admin.delete_topics([output])
    return Finished(usage, seconds, options.records, rss_mb)


def count(bootstrap, topic):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "count", "enable.auto.commit": False,
                         "isolation.level": "read_committed", "enable.partition.eof": True})
    consumer.assign([TopicPartition(topic, p, 0) for p in range(PARTITIONS)])
    records, at_end = 0, 0
    while at_end < PARTITIONS:
        for message in consumer.consume(10_000, timeout=1):
            if message.error() is None:
                records += 1
            else:
                at_end += 1
    consumer.close()
    return records


def median(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--pawl", required=True)
    parser.add_argument("--raw", required=True)
    parser.add_argument("--java-classes", default="")
    parser.add_argument("--java-options", default="-Xmx1g")
    parser.add_argument("--java-cache", type=int, default=0)
    parser.add_argument("--records", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--set", action="append", default=[], help="a setting of pawl, NAME=VALUE; may be repeated")
    parser.add_argument("--scenarios", default=",".join(SCENARIOS))
    parser.add_argument("--verify", action="store_true", help="compare how many records the programs wrote")
    options = parser.parse_args()
    options.admin = AdminClient({"bootstrap.servers": options.bootstrap})
    options.outputs = {}
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print(f"{options.records:,} records of 100 bytes, {PARTITIONS} partitions, exactly-once, commits every 100 ms, "
          f"median of {options.runs} runs in turn")
    print(f"{'scenario':<26}{'program':<15}{'CPU us/record':>14}{'records/s':>12}{'peak RSS MB':>13}")
    for scenario in options.scenarios.split(","):
        topic = f"in-{scenario}"
        make_topic(options.admin, topic)
        fill(options.bootstrap, topic, scenario, options.records)
        reader = Consumer({"bootstrap.servers": options.bootstrap, "group.id": "ends"})
        ends = [reader.get_watermark_offsets(TopicPartition(topic, p), timeout=10)[1] for p in range(PARTITIONS)]
        programs = ["pawl"] + (["kafka-streams"] if options.java_classes else [])
        if scenario == "pass-through":
            programs.append("raw")
        results = {program: [] for program in programs}
        for number in range(options.runs):
            for program in programs:
                results[program].append(run_once(options, program, scenario, topic, ends, number))
        for program, runs in results.items():
            print(f"{scenario:<26}{program:<15}{median([r.cpu_us for r in runs]):>14.2f}"
                  f"{median([r.rate for r in runs]):>12,.0f}{median([r.rss_mb for r in runs]):>13.0f}", flush=True)
        options.admin.delete_topics([topic])
    for scenario, outputs in options.outputs.items():
        print(f"records written in {scenario}: {outputs}")


if __name__ == "__main__":
    main()
