#!/usr/bin/env python3
"""Checks the tree against the house rules that a compiler does not know: direction of the parts, sizes, banned names,
files that nothing builds, public headers that nothing reaches, sources without a test, and documents.

Usage: tools/tidy.py [ROOT]; prints one line per finding and exits with 1 if there is any. Rules: tools/layers.toml.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

SOURCE_LINES_MAX = 600
TEST_LINES_MAX = 800
LINE_LENGTH_MAX = 140
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


class Tree:
    """The files under version control (or, outside git, all files), read once."""

    def __init__(self, root):
        self.root = Path(root)
        self.rules = tomllib.loads((self.root / "tools/layers.toml").read_text())
        self.findings = []
        self.files = {name: (self.root / name).read_text(errors="replace") for name in self.listed()}

    def listed(self):
        git = subprocess.run(["git", "-C", self.root, "ls-files", "--cached", "--others", "--exclude-standard"],
                             capture_output=True, text=True, check=False)
        if git.returncode == 0 and git.stdout:
            names = git.stdout.split("\n")
        else:
            names = [str(path.relative_to(self.root)) for path in self.root.rglob("*")]
        return [name for name in names if name and (self.root / name).is_file() and not name.startswith("build/")
                and Path(name).suffix in {".h", ".cc", ".md", ".py", ".txt", ".cmake", ".proto", ".toml"}]

    def code(self, *folders):
        return {name: text for name, text in self.files.items() if name.endswith((".h", ".cc"))
                and (not folders or any(name.startswith(folder + "/") for folder in folders))}

    def report(self, name, what):
        self.findings.append(f"{name}: {what}")


def check_rules(tree):
    """Every place that the rules name exists: an exemption does not outlive what it was made for."""
    places = list(tree.rules["parts"].values()) + tree.rules["exempt"]["size"]
    places += [place for allowed in tree.rules["third_party"].values() for place in allowed]
    places += [place for banned in tree.rules["banned"].values() for place in banned["only"]]
    for place in sorted(set(places)):
        if not (tree.root / place).exists():
            tree.report("tools/layers.toml", f"names {place}, which does not exist")


def part_of(tree, name):
    """The part a file belongs to: the longest matching folder."""
    best = None
    for part, folder in tree.rules["parts"].items():
        if name.startswith(folder + "/") and (best is None or len(folder) > len(tree.rules["parts"][best])):
            best = part
    return best


def check_direction(tree):
    order = tree.rules["order"]
    for name, text in tree.code().items():
        part = part_of(tree, name)
        if part is None:
            continue
        for include in INCLUDE.findall(text):
            match = re.match(r"pawl/([a-z_]+)/", include)
            target = {"testing": "engine"}.get(match.group(1), match.group(1)) if match else None
            if target in order and order.index(target) > order.index(part):
                tree.report(name, f"includes {include}: {target} is built on {part}, not the other way round")


def check_engine_direction(tree):
    order = tree.rules["engine"]["order"]
    allowed = {tuple(pair) for pair in tree.rules["engine"]["allowed"]}
    for name, text in tree.code("engine").items():
        folder = name.split("/")[1]
        if folder not in order:
            continue
        for include in INCLUDE.findall(text):
            target = include.split("/")[0]
            if target in order and order.index(target) > order.index(folder) and (folder, target) not in allowed:
                tree.report(name, f"includes {include}: engine/{target} is built on engine/{folder}")


def check_third_party(tree):
    for name, text in tree.code("engine", "statestore", "operators", "topologies", "tests", "bench").items():
        for include in INCLUDE.findall(text):
            for prefix, places in tree.rules["third_party"].items():
                if include.startswith(prefix) and not any(name.startswith(place) for place in places):
                    tree.report(name, f"includes {include}, which belongs only in {', '.join(places)}")


def check_sizes(tree):
    exempt = set(tree.rules["exempt"]["size"])
    for name, text in tree.code().items():
        lines = text.splitlines()
        limit = TEST_LINES_MAX if name.startswith("tests/") else SOURCE_LINES_MAX
        if len(lines) > limit and name not in exempt:
            tree.report(name, f"has {len(lines)} lines, more than {limit}: split it")
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_LENGTH_MAX:
                tree.report(f"{name}:{number}", f"is {len(line)} characters long, more than {LINE_LENGTH_MAX}")


def check_banned(tree):
    for name, text in tree.code("engine", "statestore", "operators", "topologies", "tests", "bench").items():
        stripped = re.sub(r"//[^\n]*", "", text)
        for banned, rule in tree.rules["banned"].items():
            if banned in stripped and not any(name.startswith(place) for place in rule["only"]):
                tree.report(name, f"uses {banned}: use {rule['instead']}")
    for name, text in tree.files.items():
        if name.startswith(("tools/tidy", "tests/tidy/")):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"\b(TODO|FIXME|XXX)\b(?! \(#\d+\))", line):
                tree.report(f"{name}:{number}", "has a TODO without an issue number")
    for name in tree.code():
        if re.search(r"(util|helper|common|misc|manager|impl)s?\b", Path(name).stem):
            tree.report(name, "is named after no concept: name it by its noun or verb")


def check_headers(tree):
    """Every public header is reached from pawl.h or is listed as opt-in; every header is included somewhere."""
    public = {name.split("/include/", 1)[1]: name for name in tree.code() if "/include/" in name and name.endswith(".h")}
    reached, queue = set(), ["pawl/pawl.h"]
    while queue:
        header = queue.pop()
        if header in reached or header not in public:
            continue
        reached.add(header)
        queue += INCLUDE.findall(tree.files[public[header]])
    opt_in = set(tree.rules["opt_in"]["headers"])
    for header, name in public.items():
        if header not in reached and header not in opt_in:
            tree.report(name, "is public, but pawl.h does not reach it and layers.toml does not list it as opt-in")
    for header in opt_in - set(public):
        tree.report("tools/layers.toml", f"lists {header}, which does not exist")
    included = {include for text in tree.code().values() for include in INCLUDE.findall(text)}
    for name in tree.code("engine", "statestore", "operators"):
        short = name.split("/include/", 1)[1] if "/include/" in name else "/".join(name.split("/")[1:])
        if name.endswith(".h") and short not in included and Path(name).name not in included and short != "pawl/pawl.h":
            tree.report(name, "is included nowhere")
        if name.endswith(".h") and "#pragma once" not in tree.files[name]:
            tree.report(name, "has no #pragma once")


def details_of(tree, name, sources):
    """The sources beside or below a source whose headers it includes, and those that implement a part of its header."""
    header = str(Path(name).with_suffix(".h"))
    text = tree.files[name] + tree.files.get(header, "")
    includes = {str(Path(include).with_suffix("")) for include in INCLUDE.findall(text)}
    below = [other for other in sources if Path(name).parent in Path(other).parents]
    details = {other for other in below if any(f"/{other}".endswith(f"/{include}.cc") for include in includes)}
    for other in sources:
        if Path(other).parent == Path(name).parent and str(Path(other).with_suffix(".h")) not in tree.files:
            if Path(header).name in {Path(include).name for include in INCLUDE.findall(tree.files[other])}:
                details.add(other)
    return details


def check_tests(tree):
    """Every test file is built, and every source is named by a test or is a detail of one that is."""
    cmake = "\n".join(text for name, text in tree.files.items() if name.endswith("CMakeLists.txt"))
    tests = {name for name in tree.files if name.startswith("tests/") and name.endswith("_test.cc")}
    for name in tests:
        if Path(name).name not in cmake and "*_test.cc" not in cmake:
            tree.report(name, "is in no CMakeLists.txt")
    tested = " ".join(tree.files[name] for name in tests) + " ".join(Path(name).stem for name in tests)
    tested += tested.replace("_", "").lower()
    sources = {name for name in tree.code("engine", "statestore", "operators") if name.endswith(".cc")}
    covered = {name for name in sources if Path(name).stem in tested or Path(name).stem.replace("_", "") in tested}
    queue = list(covered)
    while queue:
        found = details_of(tree, queue.pop(), sources) - covered
        covered |= found
        queue += found
    for name in sources - covered:
        tree.report(name, "is named by no test: add tests/<folder>/<file>_test.cc, or include its header in one")


def check_documents(tree):
    for name, text in tree.files.items():
        if name.endswith(".md"):
            body = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
            titles = re.findall(r"^# ", body, re.MULTILINE)
            if len(titles) != 1:
                tree.report(name, f"has {len(titles)} titles, not one")
            if re.match(r"docs/adr/\d{4}-", name) and len(text.splitlines()) > 80:
                tree.report(name, "is longer than 80 lines")


def main():
    tree = Tree(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent)
    for check in (check_rules, check_direction, check_engine_direction, check_third_party, check_sizes, check_banned,
                  check_headers, check_tests, check_documents):
        check(tree)
    for finding in sorted(tree.findings):
        print(finding)
    sys.exit(1 if tree.findings else 0)


if __name__ == "__main__":
    main()
