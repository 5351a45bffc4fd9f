# SPDX-License-Identifier: MIT
"""What the documents point at is there: files, and the stages and scenarios of the test commands."""

import re

import pytest

from conftest import ROOT

DOCUMENTS = ["README.md", "CONTRIBUTING.md", *(
    str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("d*/**/*.md")))]


def anchors(document):
    """The headings of a document, as links name them."""
    found = re.findall(r"^#+ (.*)$", document.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in found}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links(name):
    """Each relative link leads to a file, and to a heading that is in it."""
    document = ROOT / name
    for target, heading in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", document.read_text()):
        led_to = document.parent / target if target else document
        assert led_to.exists(), target
        assert not heading or heading in anchors(led_to), f"{target}#{heading}"


@pytest.mark.parametrize("name", [*DOCUMENTS, "CHANGELOG.md"])
def test_paths(name):
    """Each path below a directory of the tree is in it."""
    rooms = "tests|demo|packaging|docs|profiles|plugins|mibs|dashboards|tools"
    for path in re.findall(rf"(?<![\w/.-])((?:{rooms})/[\w./-]*\w)(?![\w*])", (ROOT / name).read_text()):
        assert (ROOT / path).exists(), path


def test_index():
    """docs/README.md leads to each page beside it."""
    index = (ROOT / "docs/README.md").read_text()
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"]({page.name})" in index, page.name


def test_alerts():
    """docs/night.md says of each alert what it means."""
    rules = (ROOT / "dashboards/prometheus/collectd-ha.rules.yml").read_text()
    night = (ROOT / "docs/night.md").read_text()
    for alert in re.findall(r"- alert: (\w+)", rules):
        assert f"`{alert}`" in night, alert


def rooms():
    """The directories that a path in CONTRIBUTING.md may begin from."""
    return [ROOT, *(ROOT / "plugins").iterdir()]


def test_paths_of_the_map():
    """Each path that CONTRIBUTING.md names is in the tree; `a/b.c`, `c.c` are beside each other."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for line in text.splitlines():
        beside = []
        for path in re.findall(r"`([\w./*-]+\.(?:c|h|py|md|custom|txt|json|5))`", line):
            found = [hit for room in rooms() + beside for hit in room.glob(path)]
            assert found, f"{path} of: {line}"
            beside = [hit.parent for hit in found] + [hit.parent.parent for hit in found]


def test_commands():
    """Each stage and scenario that a document names is one."""
    stages = set(re.findall(r"^run_(\w+)\(\)", (ROOT / "tests/run").read_text(), re.M)) - {"pytest"}
    scenarios = {path.stem for path in (ROOT / "tests/vm/scenarios").glob("*.py")} | {"--list"}
    for name in DOCUMENTS:
        text = (ROOT / name).read_text()
        for stage in re.findall(r"tests/run ([a-z]\w+)", text):
            assert stage in stages, f"{name}: tests/run {stage}"
        for scenario in re.findall(r"tests/(?:vm/run|run vm) ([a-z-]+)", text):
            assert scenario in scenarios, f"{name}: tests/vm/run {scenario}"
