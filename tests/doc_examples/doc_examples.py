#!/usr/bin/env python3
"""Compiles the C++ examples of the documents: every block of README.md and docs/ whose fence says ```cpp.

  ```cpp             with an #include: a file of its own
  ```cpp             without: a fragment behind preamble.h; when it begins with the definition of a function or class,
                     it stands by itself, else it is the body of a function
  ```cpp namespace   a fragment that stands by itself, however it begins
  ```cpp continued   goes on where the block before it, in the same document, ended
  ```cpp file=PATH   what stands in that file of the tree, word for word; the file is compiled where it stands

Usage: doc_examples.py --root DIR --work DIR COMPILER [ARGUMENT...]; the arguments go to the compiler. Fails when an
example does not compile, and when README.md exists and has none.
"""

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1``` *$", re.MULTILINE | re.DOTALL)
DEFINITION = re.compile(r"^(template|struct|class|enum|namespace|using namespace)\b"
                        r"|^[\w:<>,&* ]+ [\w:]+\([^;{}]*\) *(const *)?\{$")
PREAMBLE = Path(__file__).with_name("preamble.h")


class BadDocument(Exception):
    """A document whose blocks cannot be what they say."""


@dataclass
class Example:
    document: str
    line: int  # of its first line in the document
    source: str


def examples_of(document, text, root=Path()):
    """Returns: the examples of a document, each as a whole file, whose lines are numbered as in the document."""
    blocks = []  # [kind, line, [pieces]]
    for match in FENCE.finditer(text):
        words = match.group(2).split()
        if words[:1] != ["cpp"]:
            continue
        line = text.count("\n", 0, match.start(3)) + 1
        body = re.sub(f"^{match.group(1)}", "", match.group(3), flags=re.MULTILINE)
        piece = f'#line {line} "{document}"\n{body}'
        kind = words[1] if len(words) > 1 else kind_of(body)
        if kind.startswith("file="):
            file = root / kind.removeprefix("file=")
            if not file.exists() or file.read_text() != body:
                raise BadDocument(f"{document}:{line}: is not what stands in {file}")
            continue
        if kind == "continued":
            if not blocks:
                raise BadDocument(f"{document}:{line}: continues an example, but there is none before it")
            blocks[-1][2].append(piece)
        elif kind in ("file", "fragment", "namespace"):
            blocks.append((kind, line, [piece]))
        else:
            raise BadDocument(f"{document}:{line}: '{kind}' is none of 'namespace', 'continued', 'file=PATH'")
    return [Example(document, line, wrapped(kind, "".join(pieces))) for kind, line, pieces in blocks]


def kind_of(body):
    if re.search(r"^#include", body, re.MULTILINE):
        return "file"
    code = [line for line in body.splitlines() if line.strip() and not line.startswith("//")]
    return "namespace" if code and DEFINITION.search(code[0]) else "fragment"


def wrapped(kind, text):
    if kind == "file":
        return text
    head = f'#include "{PREAMBLE}"\n'
    if kind == "namespace":
        return head + text
    return head + "void example() {\n" + text + "}\n"


def all_examples(root):
    examples = []
    readme = root / "README.md"
    for path in ([readme] if readme.exists() else []) + sorted((root / "docs").rglob("*.md")):
        found = examples_of(str(path.relative_to(root)), path.read_text(), root)
        if path == readme and not found:
            raise BadDocument("README.md: has no example (```cpp)")
        examples += found
    return examples


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    options, compiler = parser.parse_known_args()
    options.work.mkdir(parents=True, exist_ok=True)
    failed = 0
    try:
        examples = all_examples(options.root)
    except BadDocument as why:
        sys.exit(str(why))

    def compile_one(example):
        source = options.work / f"{example.document.replace('/', '_')}_{example.line}.cc"
        source.write_text(example.source)
        run = subprocess.run([*compiler, "-fsyntax-only", source], capture_output=True, text=True, check=False)
        if run.returncode == 0:
            return None
        return f"{example.document}:{example.line}: this example does not compile ({source}):\n{run.stderr}"

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for complaint in pool.map(compile_one, examples):
            if complaint is not None:
                failed += 1
                print(complaint)
    print(f"{len(examples)} examples, {failed} do not compile")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
