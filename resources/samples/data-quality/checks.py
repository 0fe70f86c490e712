"""One check of a package list a call: `checks.py CHECK` reads {"file": ...} from stdin."""

import csv
import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

Row = dict[str, str]
NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
VERSION = re.compile(r"(\d+:)?\d[A-Za-z0-9.+~-]*")
# The sections of Debian's archive, "non-free/" and the like before them.
SECTIONS = frozenset(
    """
    admin cli-mono comm database debian-installer debug devel doc editors education
    electronics embedded fonts games gnome gnu-r gnustep golang graphics hamradio haskell
    httpd interpreters introspection java javascript kde kernel libdevel libs lisp
    localization mail math metapackages misc net news ocaml oldlibs otherosfs perl php
    python ruby rust science shells sound tasks tex text utils vcs video web x11 xfce zope
    """.split()  # noqa: SIM905
)


def is_address(text: str) -> bool:
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return address.scheme in {"http", "https", "ftp"} and bool(address.hostname)


def sizes_fit(row: Row) -> bool:
    if not (row["download_bytes"].isdigit() and row["installed_kib"].isdigit()):
        return False
    download, installed = int(row["download_bytes"]), int(row["installed_kib"]) * 1024
    return 0 < download <= 2 * installed + 65536


CHECKS: dict[str, Callable[[Row], bool]] = {
    "filled": lambda row: all(value for key, value in row.items() if key != "homepage"),
    "names": lambda row: NAME.fullmatch(row["package"]) is not None,
    "versions": lambda row: VERSION.fullmatch(row["version"]) is not None,
    "sections": lambda row: row["section"].rpartition("/")[2] in SECTIONS,
    "sizes": sizes_fit,
    "homepages": lambda row: not row["homepage"] or is_address(row["homepage"]),
    "secure": lambda row: not row["homepage"].startswith("http:"),
}


def doubles(rows: Iterable[Row]) -> list[str]:
    seen: set[str] = set()
    names = [row["package"] for row in rows]
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]


def check(name: str, rows: list[Row]) -> dict[str, object]:
    good = CHECKS.get(name)
    bad = doubles(rows) if good is None else [row["package"] for row in rows if not good(row)]
    for package in bad[:5]:
        print(f"{name}: {package}")
    return {"check": name, "rows": len(rows), "bad": len(bad), "examples": bad[:5]}


def report(target: str, findings: dict[str, object]) -> dict[str, object]:
    checks = findings["checks"]
    assert isinstance(checks, list)
    lines = [
        f"| {found['check']} | {found['bad']} | {', '.join(found['examples'])} |"
        for found in checks
    ]
    table = ["| Check | Bad rows | For example |", "| --- | ---: | --- |", *lines]
    text = "\n".join(["# Data quality", "", f"{findings['rows']} rows", "", *table, ""])
    Path(target).write_text(text, encoding="utf-8")
    return {"report": target}


def main() -> None:
    wanted = json.load(sys.stdin)
    action = sys.argv[1]
    if action == "report":
        print(json.dumps(report(sys.argv[2], wanted)))
        return
    with Path(wanted["file"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {"rows": len(rows)} if action == "open" else check(action, rows)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
