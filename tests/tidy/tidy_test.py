#!/usr/bin/env python3
"""Every rule of tools/tidy.py finds a violation that is planted in a small tree, and nothing in the tree without it."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TIDY = Path(__file__).resolve().parents[2] / "tools/tidy.py"

RULES = """
order = ["model", "statestore", "engine", "operators"]
[parts]
model = "engine/model"
statestore = "statestore"
engine = "engine"
operators = "operators"
[engine]
order = ["client", "task"]
allowed = [["client", "port"]]
[third_party]
"rocksdb/" = ["statestore/rocksdb"]
[banned]
"sleep_for" = { only = ["engine/task/clock.cc"], instead = "a condition" }
[opt_in]
headers = ["pawl/engine/extra.h"]
[exempt]
size = ["engine/task/large.cc"]
"""

CLEAN = {
    "tools/layers.toml": RULES,
    "operators/include/pawl/pawl.h": "#pragma once\n#include <pawl/engine/task.h>\n",
    "engine/include/pawl/engine/task.h": "#pragma once\n#include <pawl/model/record.h>\n",
    "engine/include/pawl/engine/extra.h": "#pragma once\n",
    "engine/model/include/pawl/model/record.h": "#pragma once\n",
    "engine/task/clock.cc": '#include "task/clock.h"\nvoid wait() { sleep_for(1); }\n',
    "engine/task/clock.h": "#pragma once\n#include <pawl/engine/extra.h>\n",
    "engine/task/queue.cc": '#include "task/queue.h"\n#include "task/detail.h"\n',
    "engine/task/queue.h": '#pragma once\n#include "client/consumer.h"\n',
    "engine/task/queue_part.cc": '#include "task/queue.h"\n',
    "engine/task/detail.cc": '#include "task/detail.h"\n',
    "engine/task/detail.h": '#pragma once\n#include "task/queue/deep.h"\n',
    "engine/task/queue/deep.cc": '#include "task/queue/deep.h"\n',
    "engine/task/queue/deep.h": "#pragma once\n",
    "engine/task/large.cc": '#include "task/clock.h"\n' + "int x;\n" * 700,
    "engine/client/consumer.h": "#pragma once\n",
    "statestore/rocksdb/rows.cc": "#include <rocksdb/db.h>\n",
    "tests/engine/task/queue_test.cc": '#include "task/queue.h"\n#include "task/clock.h"\n// rows\n',
    "tests/engine/task/CMakeLists.txt": "pawl_test(x SOURCES queue_test.cc)\n",
    "README.md": "# One title\n```\n# no title\n```\n",
    "docs/adr/0001-first.md": "# Short\n",
}


def findings(files):
    """Returns: the lines that tidy.py prints about a tree of these files, and its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        run = subprocess.run([sys.executable, TIDY, folder], capture_output=True, text=True, check=False)
        return run.stdout.splitlines() + run.stderr.splitlines(), run.returncode


class Tidy(unittest.TestCase):
    def finds(self, planted, expected):
        """Planting these files gives this finding and no other."""
        found, status = findings({**CLEAN, **planted})
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])
        self.assertEqual(status, 1)

    def test_nothing_in_a_clean_tree(self):
        self.assertEqual(findings(CLEAN), ([], 0))

    def test_include_against_the_direction_of_the_parts(self):
        self.finds({"statestore/rocksdb/rows.cc": "#include <pawl/engine/task.h>\n"},
                   "statestore/rocksdb/rows.cc: includes pawl/engine/task.h: engine is built on statestore")

    def test_include_of_the_test_driver_from_a_lower_part(self):
        self.finds({"statestore/rocksdb/rows.cc": "#include <pawl/testing/driver.h>\n"}, "engine is built on statestore")

    def test_include_against_the_direction_within_the_engine(self):
        self.finds({"engine/client/consumer.h": '#pragma once\n#include "task/queue.h"\n'},
                   "engine/client/consumer.h: includes task/queue.h: engine/task is built on engine/client")

    def test_third_party_header_out_of_its_place(self):
        self.finds({"engine/task/queue.h": '#pragma once\n#include "client/consumer.h"\n#include <rocksdb/db.h>\n'},
                   "includes rocksdb/db.h, which belongs only in statestore/rocksdb")

    def test_source_that_is_too_long(self):
        self.finds({"engine/task/queue.cc": '#include "task/queue.h"\n#include "task/detail.h"\n' + "int x;\n" * 600},
                   "engine/task/queue.cc: has 602 lines, more than 600")

    def test_test_that_is_too_long(self):
        self.finds({"tests/engine/task/queue_test.cc": CLEAN["tests/engine/task/queue_test.cc"] + "int x;\n" * 800},
                   "has 803 lines, more than 800")

    def test_line_that_is_too_long(self):
        self.finds({"engine/client/consumer.h": "#pragma once\n// " + "x" * 140 + "\n"},
                   "engine/client/consumer.h:2: is 143 characters long")

    def test_banned_name(self):
        self.finds({"engine/task/queue_part.cc": '#include "task/queue.h"\nvoid f() { sleep_for(1); }\n'},
                   "engine/task/queue_part.cc: uses sleep_for: use a condition")

    def test_banned_name_in_a_comment_is_none(self):
        self.assertEqual(findings({**CLEAN, "engine/client/consumer.h": "#pragma once\n// no sleep_for\n"}), ([], 0))

    def test_todo_without_an_issue(self):
        self.finds({"engine/client/consumer.h": "#pragma once\n// TODO" + ": later\n"}, "has a TODO without an issue")
        self.assertEqual(findings({**CLEAN, "engine/client/consumer.h": "#pragma once\n// TODO" + " (#12)\n"}), ([], 0))

    def test_file_that_is_named_after_no_concept(self):
        self.finds({"engine/task/queue_utils.h": "#pragma once\n",
                    "engine/task/queue/deep.h": '#pragma once\n#include "task/queue_utils.h"\n'},
                   "engine/task/queue_utils.h: is named after no concept")

    def test_public_header_that_nothing_reaches(self):
        self.finds({"engine/include/pawl/engine/lost.h": "#pragma once\n",
                    "engine/client/consumer.h": "#pragma once\n#include <pawl/engine/lost.h>\n"},
                   "engine/include/pawl/engine/lost.h: is public, but pawl.h does not reach it")

    def test_opt_in_header_that_does_not_exist(self):
        self.finds({"tools/layers.toml": RULES.replace('extra.h"]', 'extra.h", "pawl/engine/gone.h"]')},
                   "lists pawl/engine/gone.h, which does not exist")

    def test_header_that_nothing_includes(self):
        self.finds({"engine/client/lonely.h": "#pragma once\n"}, "engine/client/lonely.h: is included nowhere")

    def test_header_without_pragma_once(self):
        self.finds({"engine/client/consumer.h": "\n"}, "engine/client/consumer.h: has no #pragma once")

    def test_test_that_nothing_builds(self):
        self.finds({"tests/engine/task/lost_test.cc": "\n"}, "tests/engine/task/lost_test.cc: is in no CMakeLists.txt")

    def test_source_without_a_test(self):
        self.finds({"engine/client/producer.cc": "\n"}, "engine/client/producer.cc: is named by no test")

    def test_source_beside_a_tested_one_that_does_not_use_it(self):
        self.finds({"engine/task/lonely.cc": "\n"}, "engine/task/lonely.cc: is named by no test")

    def test_document_with_two_titles(self):
        self.finds({"README.md": "# One\n# Two\n"}, "README.md: has 2 titles, not one")

    def test_decision_that_is_too_long(self):
        self.finds({"docs/adr/0001-first.md": "# Long\n" + "x\n" * 80}, "docs/adr/0001-first.md: is longer than 80")

    def test_exemption_of_a_file_that_is_gone(self):
        self.finds({"tools/layers.toml": RULES.replace('"engine/task/large.cc"', '"engine/task/large.cc", "gone.cc"')},
                   "names gone.cc, which does not exist")


if __name__ == "__main__":
    unittest.main()
