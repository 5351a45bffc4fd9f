# SPDX-License-Identifier: MIT
"""Figures with their bounds, printed as they are measured, and the tables of docs/measurements.md."""

import argparse
import os
import pathlib
import platform
import re
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/measurements.md"


def write(marker, table):
    """Replaces what stands behind the marker's line of the document, up to its end."""
    begin, end = f"<!-- {marker} -->", "<!-- end -->"
    where = f"Measured on {time.strftime('%Y-%m-%d')}, Linux {platform.release()}, {os.cpu_count()} processors."
    text = f"{begin}\n{where}\n\n{table}\n{end}"
    document = re.sub(f"{begin}.*?{end}", lambda _: text, DOCUMENT.read_text(), flags=re.S)
    if begin not in document:
        document = f"{document.rstrip()}\n\n{text}\n"
    DOCUMENT.write_text(document)


def parser(description):
    """What every benchmark understands."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    made.add_argument("--build", default=ROOT / "build-dev")
    made.add_argument("--write", action="store_true", help="puts the table into docs/measurements.md")
    return made


class Figures:
    """What a benchmark measured: what, how much, within which bound."""

    def __init__(self, marker):
        self.marker = marker
        self.rows = []
        self.reached = True

    def add(self, what, measured, bound="", reached=True):
        """One of them; `measured` and `bound` are text, and `reached` what they say together."""
        self.rows.append(f"| {what} | {measured} | {bound}{'' if reached else ', not met'} |")
        self.reached &= bool(reached)
        print(f"{what}: {measured}{f' ({bound})' if bound else ''}{'' if reached else ' NOT MET'}", flush=True)

    def end(self, options):
        """Writes the table if that is wanted; the exit status."""
        if options.write:
            write(self.marker, "\n".join(["| | measured | bound |", "| --- | --- | --- |", *self.rows]))
        return 0 if self.reached else 1
