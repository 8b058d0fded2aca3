#!/usr/bin/env python3
"""Lists of search engines, social networks and AI assistants, from Matomo's YAML into the text files the crate ships.

channel_lists.py SearchEngines.yml Socials.yml AIAssistants.yml

The YAML files are those of https://github.com/matomo-org/searchengine-and-social-list (CC0-1.0). One line of a text file is
`name: host host ..`, in order of names; a host may have a path, and `{}` in it stands for a country's code. Names are in lower case
and without exclamation marks; a host that two names claim stays with the first. Needs PyYAML.
"""
import sys
from pathlib import Path
from urllib.parse import unquote

import yaml

FOLDER = Path(__file__).resolve().parent.parent / "src/channel/grouping/lists"
HEADER = """# {what}, by name.
# From https://github.com/matomo-org/searchengine-and-social-list, {file}; CC0-1.0, see CC0-1.0.txt.
# Written by scripts/channel_lists.py.
"""


def hosts(entry):
    """The hosts of one name: a list of them, or blocks with `urls`."""
    for part in entry:
        yield from part["urls"] if isinstance(part, dict) else [part]


def plain(host):
    """A host as the crate looks it up: without scheme, `www.` and a last slash."""
    host = str(host).strip().lower()
    if "://" in host or host.startswith("android-app"):
        return None
    host = host.removeprefix("www.").rstrip("/")
    return host if "." in host else None


def convert(source, target, what):
    taken, names = set(), {}
    for name, entry in yaml.safe_load(Path(source).read_text(encoding="utf-8")).items():
        name = " ".join(unquote(str(name)).lower().replace("!", "").split())
        for host in map(plain, hosts(entry)):
            if host and host not in taken:
                taken.add(host)
                names.setdefault(name, []).append(host)
    lines = [f"{name}: {' '.join(listed)}\n" for name, listed in sorted(names.items())]
    text = HEADER.format(what=what, file=Path(source).name.removeprefix("matomo_")) + "".join(lines)
    (FOLDER / target).write_text(text, encoding="utf-8")
    print(f"{target}: {len(names)} names, {len(taken)} hosts")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    engines, networks, assistants = sys.argv[1:]
    convert(engines, "search.txt", "Search engines and their hosts")
    convert(networks, "social.txt", "Social networks and their hosts")
    convert(assistants, "ai.txt", "AI assistants and their hosts")
