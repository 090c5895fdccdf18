#!/usr/bin/env python3
"""The examples of a document are found, wrapped and numbered as doc_examples.py says, and a wrong one is not passed."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import doc_examples


def outcome(files):
    """Returns: the exit status for a tree of these documents, and what was printed."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "docs").mkdir()
        for name, text in files.items():
            (Path(folder) / name).write_text(text)
        run = subprocess.run([sys.executable, doc_examples.__file__, "--root", folder, "--work", folder + "/work",
                              "c++", "-std=c++20"], capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr


class DocExamples(unittest.TestCase):
    def test_only_cpp_blocks_are_examples(self):
        text = "```\nno\n```\n```sh\nno\n```\n```cpp\nyes();\n```\n"
        self.assertEqual([example.line for example in doc_examples.examples_of("a.md", text)], [8])

    def test_block_with_an_include_stays_as_it_is(self):
        (example,) = doc_examples.examples_of("a.md", "# A\n```cpp\n#include <x>\nint x;\n```\n")
        self.assertEqual(example.source, '#line 3 "a.md"\n#include <x>\nint x;\n')

    def test_fragment_is_the_body_of_a_function(self):
        (example,) = doc_examples.examples_of("a.md", "- list\n\n  ```cpp\n  f();\n  ```\n")
        self.assertTrue(example.source.endswith('void example() {\n#line 4 "a.md"\nf();\n}\n'), example.source)

    def test_definitions_stand_by_themselves(self):
        for first in ("void show(const A& a) {", "struct A {", "template <class T>", "// why\nstd::vector<int> f() {"):
            (example,) = doc_examples.examples_of("a.md", f"```cpp\n{first}\n}}\n```\n")
            self.assertNotIn("void example", example.source, first)
        for first in ("if (a) {", "for (int x : f(y)) {", "auto f = [](int x) {", "call(x, [] {", "g(x);"):
            (example,) = doc_examples.examples_of("a.md", f"```cpp\n{first}\n}}\n```\n")
            self.assertIn("void example", example.source, first)

    def test_fragment_that_says_it_stands_by_itself(self):
        (example,) = doc_examples.examples_of("a.md", "```cpp namespace\nstruct A {};\n```\n")
        self.assertNotIn("void example", example.source)

    def test_continued_block_joins_the_one_before_it(self):
        text = "```cpp\n#include <x>\n```\nand\n```cpp continued\nint y;\n```\n"
        (example,) = doc_examples.examples_of("a.md", text)
        self.assertEqual(example.source, '#line 2 "a.md"\n#include <x>\n#line 6 "a.md"\nint y;\n')

    def test_block_that_shows_a_file_is_its_content(self):
        block = "```cpp file=docs/x.h\nint x;\n```\n"
        status, text = outcome({"docs/a.md": block, "docs/x.h": "int x;\n"})
        self.assertEqual((status, text), (0, "0 examples, 0 do not compile\n"))
        for files in ({"docs/a.md": block}, {"docs/a.md": block, "docs/x.h": "int y;\n"}):
            status, text = outcome(files)
            self.assertEqual(status, 1)
            self.assertIn("docs/a.md:2: is not what stands in", text)

    def test_unknown_word_is_refused(self):
        with self.assertRaises(doc_examples.BadDocument):
            doc_examples.examples_of("a.md", "```cpp ignore\nf();\n```\n")

    def test_example_that_does_not_compile_fails_with_its_place(self):
        status, text = outcome({"docs/a.md": "\n```cpp\n#include <string>\nint x = wrong;\n```\n"})
        self.assertEqual(status, 1)
        self.assertIn("docs/a.md:4:9: error", text)

    def test_example_that_compiles_passes(self):
        status, text = outcome({"docs/a.md": "```cpp\n#include <string>\nstd::string x;\n```\n"})
        self.assertEqual((status, text), (0, "1 examples, 0 do not compile\n"))

    def test_readme_without_an_example_fails(self):
        status, text = outcome({"README.md": "# Title\n"})
        self.assertEqual((status, text), (1, "README.md: has no example (```cpp)\n"))


if __name__ == "__main__":
    unittest.main()
