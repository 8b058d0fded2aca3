#!/usr/bin/env python3
"""Compares the texts of README and guide with what the examples print.

    python3 scripts/check_texts.py FOLDER README.md guide/*.md
    python3 scripts/check_texts.py --long FOLDER README.md guide/*.md

A code block or a table that an example prints has a comment on the line above it:

    <!-- printed by NAME -->                  its lines stand in FOLDER/NAME.txt, one after the other
    <!-- printed by NAME --seeds 200 -->      in FOLDER/NAME --seeds 200.txt: what the example prints with these arguments
    <!-- printed by NAME, feature bayes -->   the example is built with this feature
    <!-- printed by NAME, some columns -->    lines may lack columns

A line of ".." in a block skips any lines. Of a table the rows under its head are compared: the words of a row's cells
stand in one line of the output, in this order, and rows follow each other; both columns and lines may be left out.

With arguments or a feature, a run may take long: one that FOLDER has no output of is counted as left out. With --long
every example is run once, with its arguments, and its output goes to FOLDER first. Exits with 1 where a line is not
printed, an example fails, or FOLDER has no output of an example without arguments.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

MARK = re.compile(r"<!-- printed by (\w+)((?: \S*[^\s,])*)(?:, feature (\w+))?(, some columns)? -->")


class Text(NamedTuple):
    """A marked block or table of a page."""

    first: int  # line number of its first line
    name: str
    arguments: str
    feature: str
    table: bool
    some_columns: bool
    lines: list

    def command(self):
        return " ".join([self.name, *shlex.split(self.arguments)])

    def is_long(self):
        return bool(self.arguments or self.feature)


def texts(page):
    """The marked texts of a page."""
    lines = page.read_text().splitlines()
    for at, line in enumerate(lines):
        mark = MARK.fullmatch(line)
        if not mark:
            if "printed by" in line and line.startswith("<!--"):
                sys.exit(f"{page}:{at + 1}: a mark that is not understood: {line}")
            continue
        name, arguments, feature, some_columns = mark.groups("")
        following = lines[at + 1] if at + 1 < len(lines) else ""
        table = following.startswith("|")
        if table:
            first = end = at + 3
            while end < len(lines) and lines[end].startswith("|"):
                end += 1
        elif following.startswith("```"):
            first, end = at + 2, lines.index("```", at + 2)
        else:
            sys.exit(f"{page}:{at + 2}: no block and no table after the mark")
        if first >= end:
            sys.exit(f"{page}:{at + 2}: nothing in the text after the mark")
        yield Text(first + 1, name, arguments.strip(), feature, table, bool(some_columns), lines[first:end])


def run(text, folder):
    """Writes what the text's example prints to the folder; whether it could be run."""
    cargo = ["cargo", "run", "--release", "--quiet", "--example", text.name]
    feature = ["--features", text.feature] if text.feature else []
    ran = subprocess.run([*cargo, *feature, "--", *shlex.split(text.arguments)], stdout=subprocess.PIPE, text=True)
    output(text, folder).write_text(ran.stdout)
    return ran.returncode == 0


def output(text, folder):
    feature = f", feature {text.feature}" if text.feature else ""
    return folder / f"{text.command()}{feature}.txt"


def words_in_order(words, printed):
    rest = iter(printed.split())
    return all(word in rest for word in words)


def is_line(shown, printed, some_columns):
    if not some_columns:
        return shown.rstrip() == printed.rstrip()
    return words_in_order(shown.split(), printed)


def missing_row(rows, printed):
    """The place of the first row of a table that does not follow in the output, or none."""
    rest = iter(printed)
    for at, row in enumerate(rows):
        words = row.replace("|", " ").replace("`", " ").split()
        if not any(words_in_order(words, line) for line in rest):
            return at
    return None


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


def missing(text, printed):
    if text.table:
        return missing_row(text.lines, printed)
    return first_missing(text.lines, printed, text.some_columns)


def main():
    arguments = sys.argv[1:]
    long = "--long" in arguments
    folder, *pages = [argument for argument in arguments if argument != "--long"]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    wrong = count = left_out = 0
    ran = {}
    for page in map(Path, pages):
        for text in texts(page):
            file = output(text, folder)
            if long and file not in ran:
                ran[file] = run(text, folder)
            if not file.exists() and text.is_long():
                left_out += 1
                continue
            count += 1
            if not file.exists() or not ran.get(file, True):
                wrong += 1
                print(f"{page}:{text.first}: there is no output of {text.command()}")
                continue
            at = missing(text, file.read_text().splitlines())
            if at is not None:
                wrong += 1
                print(f"{page}:{text.first + at}: {text.command()} does not print: {text.lines[at]}")
    print(f"{count - wrong} of {count} texts are as printed")
    if left_out:
        print(f"{left_out} are left out, whose runs take long: --long")
    sys.exit(wrong > 0)


main()
