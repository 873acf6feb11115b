#!/usr/bin/env python3
"""Every metric that the dashboard and the alert rules ask for is one that the daemon has.

usage: dashboard_queries.py SCRAPE FILE...   (SCRAPE: what /metrics answered)
"""
import re
import sys

NAME = re.compile(r"\bmoodle_syncd_[a-z_]+")
SUFFIXES = ("_bucket", "_sum", "_count")


def known(scrape: str) -> set[str]:
    names = set()
    for line in scrape.splitlines():
        if line.startswith("# TYPE "):
            name, kind = line.split()[2:4]
            names.add(name)
            if kind == "histogram":
                names.update(name + suffix for suffix in SUFFIXES)
    return names


def main() -> int:
    scrape, *files = sys.argv[1:]
    with open(scrape, encoding="utf-8") as text:
        there = known(text.read())
    asked = 0
    missing = set()
    for file in files:
        with open(file, encoding="utf-8") as text:
            for name in set(NAME.findall(text.read())):
                asked += 1
                if name not in there:
                    missing.add(f"{file}: {name}")
    for line in sorted(missing):
        print(f"not a metric of ours: {line}", file=sys.stderr)
    print(f"{asked} names asked for, {len(there)} there, {len(missing)} missing")
    return 1 if missing or asked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
