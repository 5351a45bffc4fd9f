# SPDX-License-Identifier: MIT
"""The README's figures are those of the pages that it names."""

import re

import pytest

from conftest import ROOT


def compared():
    """(row, page) of each row of the comparison; "the same" is the page of the row before."""
    section = re.search(r"^## Beside what there is\n(.*?)^## ", (ROOT / "README.md").read_text(), re.M | re.S)[1]
    page = None
    for row in re.findall(r"^\|(?! ---).*\|$", section, re.M):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if cells[-1]:
            link = re.search(r"\((docs/\w+\.md)\)", cells[-1])
            page = link[1] if link else page
            yield pytest.param(cells[1:3], page, id=cells[0])


@pytest.mark.parametrize("cells, page", compared())
def test_figures(cells, page):
    """Each number stands in a table of the page."""
    table = "\n".join(re.findall(r"^\|.*", (ROOT / page).read_text(), re.M))
    for number in re.findall(r"\d[\d.,]*\d|\d", " ".join(cells)):
        assert re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d.,]*\d)", table), f"{number} is not in {page}"
