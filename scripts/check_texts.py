#!/usr/bin/env python3
"""Compares the texts of README and guide with what the examples print.

    python3 scripts/check_texts.py FOLDER README.md guide/*.md

A block that an example prints has a comment on the line above it:

    <!-- printed by NAME -->              its lines stand in FOLDER/NAME.txt, one after the other
    <!-- printed by NAME, some columns -->    lines may lack columns

A line of ".." in a block skips any lines. Exits with 1 where a line is not printed, or a block is marked of which
FOLDER has no output.
"""

import re
import sys
from pathlib import Path

MARK = re.compile(r"^<!-- printed by (\w+)(, some columns)? -->$")


def marked_blocks(page):
    """(line number, name, some columns, lines) of each marked block of a page."""
    lines = page.read_text().splitlines()
    for at, line in enumerate(lines):
        mark = MARK.match(line)
        if not mark:
            if "printed by" in line and line.startswith("<!--"):
                sys.exit(f"{page}:{at + 1}: a mark that is not understood: {line}")
            continue
        if not lines[at + 1].startswith("```"):
            sys.exit(f"{page}:{at + 2}: no block after the mark")
        end = lines.index("```", at + 2)
        yield at + 1, mark[1], bool(mark[2]), lines[at + 2 : end]


def is_line(shown, printed, some_columns):
    if not some_columns:
        return shown.rstrip() == printed.rstrip()
    rest = iter(printed.split())
    return all(word in rest for word in shown.split())


def first_missing(block, printed, some_columns):
    """The place of the first line of the block that does not follow in the output, or none."""
    place = start = 0
    for run in ("\n".join(block)).split("\n..\n"):
        run = [line for line in run.split("\n") if line != ".."]
        nearest = 0
        for at in range(place, len(printed) + 1):
            same = 0
            while same < len(run) and at + same < len(printed) and is_line(run[same], printed[at + same], some_columns):
                same += 1
            if same == len(run):
                place = at + same
                break
            nearest = max(nearest, same)
        else:
            return start + nearest
        start += len(run) + 1
    return None


def main():
    folder, *pages = sys.argv[1:]
    wrong = count = 0
    for page in map(Path, pages):
        for number, name, some_columns, block in marked_blocks(page):
            count += 1
            output = Path(folder) / f"{name}.txt"
            if not output.exists():
                wrong += 1
                print(f"{page}:{number}: there is no output of {name}")
                continue
            missing = first_missing(block, output.read_text().splitlines(), some_columns)
            if missing is not None:
                wrong += 1
                print(f"{page}:{number + 2 + missing}: {name} does not print: {block[missing]}")
    print(f"{count - wrong} of {count} texts are as printed")
    sys.exit(wrong > 0)


main()
