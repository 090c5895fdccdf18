#!/usr/bin/env python3
"""Draws random topologies with random input, for PlannedTopology.java and planned_topology.cc to build.

A plan is a line of JSON: its steps, each a verb applied to the results of earlier steps, named by their number; the
application's config; and a script of records, commits and advances of the wall clock. Every step makes one thing: a
stream, a table, a table of windows, a global table, or a group; keys and values are short texts.
"""

import argparse
import json
import random

KEYS = "abcde"
STREAM, TABLE, WINDOWS, GLOBAL, GROUP, TABLE_GROUP, BRANCHES, NOTHING = range(8)


class Plan:
    def __init__(self, dice):
        self.dice = dice
        self.optimize = self.chance(0.3)
        self.steps = []
        self.kinds = []
        self.versioned = {}  # step: history retention of its store
        self.endless = set()  # steps of windows that never close
        self.read = set()  # steps that something follows
        self.names = 0
        self.table_topics = 0

    def chance(self, probability):
        return self.dice.random() < probability

    def name(self, prefix):
        self.names += 1
        return f"{prefix}{self.names}"

    def add(self, made, op, /, **arguments):
        self.steps.append({"op": op, **{key: value for key, value in arguments.items() if value is not None}})
        self.kinds.append(made)
        for argument in ("in", "other", "table"):
            if argument in arguments:
                self.read.add(arguments[argument])
        return len(self.steps) - 1

    def of(self, *kinds):
        return [step for step, kind in enumerate(self.kinds) if kind in kinds]

    def pick(self, *kinds):
        """A step of these kinds, rather a late one; what is missing is made."""
        found = self.of(*kinds)
        if not found or self.chance(0.15):
            return self.source(kinds[0])
        return found[min(int(self.dice.expovariate(0.6)), len(found) - 1) * -1 - 1]

    def source(self, kind):
        if kind == TABLE:
            return self.table()
        if kind == WINDOWS:
            return self.windowed()
        if kind == GROUP:
            return self.group()
        if kind == TABLE_GROUP:
            return self.table_group()
        if kind == GLOBAL:
            self.table_topics += 1
            return self.add(GLOBAL, "global_table", topic=f"global{self.table_topics}")
        return self.add(STREAM, "stream", topic=f"in{self.dice.randint(1, 3)}")

    def store(self, kind=TABLE, versions=False, retention=None):
        store = {"cached": self.chance(0.5)}
        if self.chance(0.6):
            store["name"] = self.name("store")
        if versions and "name" in store and self.chance(0.3):
            store["versioned"] = self.dice.choice([10, 30, 100])
            store["cached"] = False
            return store
        if self.chance(0.25):
            store["memory"] = True
        if self.chance(0.1):
            store["unlogged"] = True
        if retention is not None and self.chance(0.3):
            store["retention"] = retention + self.dice.choice([0, 7, 50, 100_000])
        return store

    def made_with_store(self, made, op, store, /, **arguments):
        step = self.add(made, op, store=store, **arguments)
        if store is not None and "versioned" in store:
            self.versioned[step] = store["versioned"]
        return step

    def table(self):
        self.table_topics += 1
        return self.made_with_store(
            TABLE, "table", self.store(versions=True) if self.chance(0.7) else None, topic=f"table{self.table_topics}"
        )

    def group(self):
        op = self.dice.choice(["group_by_key", "group_by"])
        return self.add(GROUP, op, name=self.name("group") if self.chance(0.3) else None, **{"in": self.pick(STREAM)})

    def table_group(self):
        return self.add(
            TABLE_GROUP,
            "table_group_by",
            name=self.name("regroup") if self.chance(0.3) else None,
            **{"in": self.pick(TABLE)},
        )

    def windows(self, kinds):
        windows = self.dice.choice(kinds)
        size = self.dice.choice([5, 10, 20])
        grace = self.dice.choice([0, 3, 15])
        arguments = {"windows": windows, "size": size, "grace": grace}
        if windows == "time":
            arguments["advance"] = size if self.chance(0.4) else self.dice.randint(max(1, size // 4), size)
        return arguments

    @staticmethod
    def retention(arguments):
        return 2 * arguments["size"] + arguments["grace"]

    def windowed(self):
        arguments = self.windows(["time", "time", "sliding", "session", "unlimited"])
        if arguments["windows"] == "unlimited":
            retention = None
        else:
            retention = self.retention(arguments)
            arguments["on_close"] = self.chance(0.3)
        store = self.store(WINDOWS, retention=retention)
        if arguments.get("on_close"):
            store["cached"] = False  # Kafka Streams has two entries in the cache for a row, pawl has one
        step = self.add(
            WINDOWS,
            "windowed",
            by=self.dice.choice(["count", "reduce", "aggregate"]),
            store=store,
            **arguments,
            **{"in": self.pick(GROUP)},
        )
        if arguments["windows"] == "unlimited":
            self.endless.add(step)
        return step

    # One method for each verb; a plan is a few of them.

    def stateless(self):
        op = self.dice.choice(["filter", "filter_not", "map_values", "map", "select_key", "flat_map_values", "peek"])
        self.add(STREAM, op, **{"in": self.pick(STREAM)})

    def process(self):
        if self.optimize:
            self.process_values()  # Kafka Streams moves repartition topics before `process` (docs/conformance.md)
            return
        ticks = [self.dice.choice([3, 5, 7, 10]) for _ in range(self.dice.randint(0, 4))]
        self.add(STREAM, "process", ticks=ticks, **{"in": self.pick(STREAM)})

    def process_values(self):
        self.add(STREAM, "process_values", **{"in": self.pick(STREAM)})

    def merge(self):
        self.add(STREAM, "merge", **{"in": self.pick(STREAM), "other": self.pick(STREAM)})

    def split(self):
        branches = self.add(BRANCHES, "split", name=self.name("split"), **{"in": self.pick(STREAM)})
        for which in (0, 1):
            self.add(STREAM, "branch", which=which, **{"in": branches})

    def repartition(self):
        name = self.name("again") if self.chance(0.5) else None
        self.add(STREAM, "repartition", name=name, **{"in": self.pick(STREAM)})

    def to_table(self):
        store = self.store(versions=True) if self.chance(0.6) else None
        self.made_with_store(TABLE, "to_table", store, **{"in": self.pick(STREAM)})

    def aggregate(self):
        store = self.store(versions=True) if self.chance(0.8) else None
        by = self.dice.choice(["count", "reduce", "aggregate"])
        step = self.made_with_store(TABLE, "aggregate", store, by=by, **{"in": self.pick(GROUP)})
        if by == "count":
            self.versioned.pop(step, None)

    def cogroup(self):
        first = self.group()
        second = self.group()
        arguments = self.windows(["none", "time", "sliding", "session"])
        windowed = arguments["windows"] != "none"
        self.add(
            WINDOWS if windowed else TABLE,
            "cogroup",
            store=self.store(retention=self.retention(arguments) if windowed else None),
            **arguments,
            **{"in": first, "other": second},
        )

    def stream_join(self):
        self.add(
            STREAM,
            "stream_join",
            kind=self.dice.choice(["inner", "left", "outer"]),
            before=self.dice.choice([0, 4, 10]),
            after=self.dice.choice([0, 4, 10]),
            grace=self.dice.choice([1, 5, 20]),
            name=self.name("join") if self.chance(0.3) else None,
            store_name=self.name("joined") if self.chance(0.3) else None,
            **{"in": self.pick(STREAM), "other": self.pick(STREAM)},
        )

    def table_lookup(self):
        table = self.pick(TABLE)
        graced = table in self.versioned and self.chance(0.7)
        self.add(
            STREAM,
            "table_lookup",
            kind=self.dice.choice(["inner", "left"]),
            grace=self.dice.choice([0, 5, 10]) if graced else None,
            name=self.name("lookup") if self.chance(0.3) else None,
            **{"in": self.pick(STREAM), "table": table},
        )

    def global_lookup(self):
        self.add(
            STREAM,
            "global_lookup",
            kind=self.dice.choice(["inner", "left"]),
            **{"in": self.pick(STREAM), "table": self.pick(GLOBAL)},
        )

    def row_verb(self):
        op = self.dice.choice(["table_filter", "table_filter_not", "table_map_values"])
        before = self.pick(TABLE, TABLE, WINDOWS)
        store = self.store() if self.chance(0.4) else None
        if store is not None and self.versioned:
            store.setdefault("name", self.name("kept"))  # without a name Kafka Streams forgets versions
        self.add(self.kinds[before], op, store=store, **{"in": before})

    def held_back_above(self, step):
        """The suppressions between a step and the topics that it comes from."""
        found = {step} if self.steps[step]["op"] == "suppress_limit" else set()
        for argument in ("in", "other", "table"):
            if argument in self.steps[step]:
                found |= self.held_back_above(self.steps[step][argument])
        return found

    def table_join(self):
        left = self.pick(TABLE)
        right = self.pick(TABLE)
        if self.held_back_above(left) & self.held_back_above(right):
            return  # Kafka Streams looks up what it is just emitting as if it were still held (docs/conformance.md)
        self.add(
            TABLE,
            "table_join",
            kind=self.dice.choice(["inner", "left", "outer"]),
            store=self.store() if self.chance(0.4) else None,
            **{"in": left, "other": right},
        )

    def foreign_key_join(self):
        self.add(
            TABLE,
            "foreign_key_join",
            kind=self.dice.choice(["inner", "left"]),
            store=self.store() if self.chance(0.4) else None,
            **{"in": self.pick(TABLE), "other": self.pick(TABLE)},
        )

    def table_aggregate(self):
        self.add(
            TABLE,
            "table_aggregate",
            by=self.dice.choice(["count", "reduce", "aggregate"]),
            store=self.store() if self.chance(0.6) else None,
            **{"in": self.pick(TABLE_GROUP)},
        )

    def suppress_limit(self):
        before = self.pick(TABLE, WINDOWS)
        self.add(
            self.kinds[before],
            "suppress_limit",
            wait=self.dice.choice([0, 5, 20]),
            records_max=self.dice.choice([1, 3]) if self.chance(0.4) else None,
            name=self.name("held") if self.chance(0.5) else None,
            **{"in": before},
        )

    def suppress_close(self):
        before = self.pick(WINDOWS)
        above = before
        while self.kinds[above] == WINDOWS:
            if above in self.endless:
                return  # pawl refuses to wait for windows that never close
            above = self.steps[above]["in"]
        name = self.name("final") if self.chance(0.5) else None
        self.add(WINDOWS, "suppress_close", name=name, **{"in": before})

    def to_stream(self):
        if self.chance(0.5):
            self.add(STREAM, "to_stream", **{"in": self.pick(TABLE)})
        else:
            self.add(STREAM, "windows_to_stream", **{"in": self.pick(WINDOWS)})

    VERBS = {
        "stateless": 3,
        "process": 1,
        "process_values": 1,
        "merge": 1,
        "split": 1,
        "repartition": 1,
        "to_table": 1,
        "aggregate": 2,
        "windowed": 3,
        "cogroup": 1,
        "stream_join": 3,
        "table_lookup": 2,
        "global_lookup": 1,
        "row_verb": 3,
        "table_join": 3,
        "foreign_key_join": 2,
        "table_aggregate": 2,
        "suppress_limit": 1,
        "suppress_close": 1,
        "to_stream": 2,
    }

    def write_all(self):
        """Everything that nothing follows goes to a topic, and some of the rest."""
        for step, kind in enumerate(list(self.kinds)):
            if kind not in (STREAM, TABLE, WINDOWS) or (step in self.read and not self.chance(0.15)):
                continue
            if kind == TABLE:
                step = self.add(STREAM, "to_stream", **{"in": step})
            elif kind == WINDOWS:
                step = self.add(STREAM, "windows_to_stream", **{"in": step})
            self.add(NOTHING, "to", topic=self.name("out"), **{"in": step})

    def may_overflow(self):
        """Whether pawl reckons what a full cache holds as Kafka Streams does (docs/conformance.md).

        What is read while a cache is being evicted counts twice in Kafka Streams, as in joins and by sliding windows;
        sessions differ for a reason that is not found yet. Its driver keeps rows of global tables in the cache of its
        task, which an application of it does not.
        """
        readers = ("table_join", "foreign_key_join", "cogroup", "global_lookup", "table_lookup")
        return not any(step["op"] in readers or step.get("windows") in ("sliding", "session") for step in self.steps)

    def draw(self, verbs):
        for _ in range(verbs):
            getattr(self, self.dice.choices(list(self.VERBS), weights=list(self.VERBS.values()))[0])()
        self.write_all()


def script(dice, topics, manual, records):
    inputs = []
    now = 1000
    for _ in range(records):
        chance = dice.random()
        if manual and chance < 0.12:
            inputs.append({"op": "commit"})
        elif not manual and chance < 0.03:
            inputs.append({"op": "advance-wall-clock", "ms": dice.choice([1, 50, 1000])})
        chance = dice.random()
        if chance < 0.02:
            now += dice.choice([200, 70_000, 90_000_000])
        elif chance < 0.75:
            now += dice.choice([0, 1, 1, 2, 5, 12])
        late = dice.randint(1, 40) if dice.random() < 0.25 else 0
        chance = dice.random()
        value = None if chance < 0.1 else dice.choice(KEYS) + str(dice.randint(0, 5))
        key = None if dice.random() < 0.04 else dice.choice(KEYS[:4])
        headers = [["h", str(dice.randint(0, 9))]] if dice.random() < 0.2 else []
        inputs.append(
            {
                "op": "record",
                "topic": dice.choice(topics),
                "key": key,
                "value": value,
                "timestamp": max(0, now - late),
                "headers": headers,
            }
        )
    if manual:
        inputs.append({"op": "commit"})
    return inputs


def draw(seed, records):
    dice = random.Random(seed)
    plan = Plan(dice)
    plan.draw(dice.randint(1, 6))
    topics = sorted({step["topic"] for step in plan.steps if step["op"] in ("stream", "table", "global_table")})
    manual = dice.random() < 0.5
    return {
        "name": f"seed_{seed}",
        "optimize": plan.optimize,
        "cache": dice.choice([0, 0, 300, 1000, 10_000_000] if plan.may_overflow() else [0, 0, 10_000_000]),
        "commit": "manual" if manual else "each-record",
        "steps": plan.steps,
        "script": script(dice, topics, manual, records),
    }


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seed", type=int, required=True, help="of the first plan; the next has the next")
    arguments.add_argument("--cases", type=int, required=True)
    arguments.add_argument("--records", type=int, default=80)
    options = arguments.parse_args()
    for seed in range(options.seed, options.seed + options.cases):
        print(json.dumps(draw(seed, options.records)))


if __name__ == "__main__":
    main()
