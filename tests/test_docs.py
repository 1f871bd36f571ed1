"""The documentation says what is true."""

import re
import tomllib
from pathlib import Path

import pytest

from docs.tables import PAGES
from optviz import doctor
from optviz.engine.landscapes import OBJECTIVES
from optviz.engine.optimizers import OPTIMIZERS
from optviz.engine.own_optimizer import own_optimizer
from optviz.engine.trajectories import simulate
from optviz.settings.environment import VARIABLES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_written_page_is_current(name: str) -> None:
    assert (ROOT / "docs" / name).read_text("utf-8") == PAGES[name](), "run: python -m docs.tables"


def test_the_readme_runs_in_a_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    code = next(c for c in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "import optviz" in c)
    exec(code, {})
    assert capsys.readouterr().out.strip().endswith(".")


def test_the_readme_counts_correctly() -> None:
    assert f"{len(OPTIMIZERS)} optimizers" in README
    assert f"{len(OBJECTIVES)} landscapes" in README


def test_every_dependency_has_its_reason_and_an_exact_version() -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text("utf-8").splitlines():
            if line and not line.startswith("-r"):
                package, version = line.split("==")
                assert version
                assert f"| {package.split('[')[0]} |" in reasons


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readmes_example_of_a_new_optimizer_works() -> None:
    (code,) = re.findall(r"```python\n(# .*?\n.*?)```", README, re.DOTALL)
    names: dict = {}
    exec(
        "from optviz.engine.elementwise import sign\n"
        "from optviz.engine.optimizers.base import Optimizer, rate\n" + code,
        names,
    )
    made = next(v for v in names.values() if type(v).__name__ == "Optimizer")
    run = simulate("bowl", made, steps=200)
    assert run.values[-1] < run.values[0]


def test_the_readmes_own_optimizer_walks_with_its_sliders() -> None:
    (text,) = re.findall(r"```text\n(# .*?)\n```", README, re.DOTALL)
    mine = own_optimizer(text)
    assert (mine.name, mine.state) == ("Heavy ball", ("m",))
    assert {h.name: (h.low, h.high) for h in mine.hyperparameters}["pull"] == (0, 0.99)
    run, same = simulate("bowl", mine, steps=200, lr=0.05), simulate("bowl", "momentum", steps=200, lr=0.05)
    assert run.values[-1] < run.values[0]
    assert run.points.tolist() == same.points.tolist()


def test_the_python_versions_are_said_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == ">=3.11,<3.12"
    assert doctor.PYTHON == (3, 11)
    assert "Python 3.11, the version that it is tested on" in README


def test_every_variable_of_the_environment_is_in_the_table() -> None:
    files = [ROOT / "app.py", *(ROOT / "optviz").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    files += [f for f in (ROOT / "deploy").rglob("*") if f.is_file()]
    named = {name for f in files for name in re.findall(r"\bOPTVIZ_[A-Z_]+\b", f.read_text("utf-8"))}
    assert named == {variable.name for variable in VARIABLES}


def test_variables_of_the_environment_are_read_through_their_rows_only() -> None:
    files = [ROOT / "app.py", *(ROOT / "optviz").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    reading = re.compile(r"(environ\b|getenv).*[\"']OPTVIZ_[A-Z]")
    lines = [line for f in files for line in f.read_text("utf-8").splitlines() if reading.search(line)]
    assert lines == []


COMMANDS = [
    (page.name, command)
    for page in sorted((ROOT / "docs").glob("*.md"))
    for command in re.findall(r"`pytest ([^`]*)`", page.read_text("utf-8"))
]


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_every_command_in_the_docs_runs_tests_that_there_are(page: str, command: str) -> None:
    paths, _, words = command.partition(" -k ")
    files = [
        f
        for path in paths.split()
        for f in ([ROOT / path] if path.endswith(".py") else (ROOT / path).rglob("*.py"))
    ]
    names = [
        name for f in files for name in re.findall(r"^def (test_\w+)", f.read_text("utf-8"), re.MULTILINE)
    ]
    assert names
    for word in filter(None, words.strip('"').split(" or ")):
        assert any(word in name for name in names), f"{page}: no test has {word} in its name"
