"""The rooms of the house: who may import whom, read from the imports themselves."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGINE = {"numpy", "sympy", "scipy"}
#: Room -> the rooms it may import besides itself, and the packages besides the standard library.
ROOMS: dict[str, tuple[set[str], set[str]]] = {
    "words": (set(), {"babel"}),
    "engine": ({"words"}, ENGINE),
    "maps": ({"words", "engine"}, {"numpy"}),
    "teaching": ({"words", "engine"}, ENGINE),
    "settings": ({"words", "engine", "maps", "teaching"}, {"numpy"}),
    "training": (
        {"words", "engine", "settings"},
        {"numpy", "torch", "safetensors", "pooch", "requests", "sklearn", "platformdirs"},
    ),
    "figures": ({"words", "engine", "maps", "teaching", "settings", "training"}, {"numpy", "plotly", "PIL"}),
    "lessons": ({"words", "engine", "maps", "teaching", "settings", "training", "figures"}, {"numpy", "PIL"}),
    "runs": (
        {"words", "engine", "settings", "training"},
        {"numpy", "torch", "sqlalchemy", "distributed", "dask", "platformdirs"},
    ),
    "web": (
        {"words", "engine", "maps", "teaching", "settings", "training", "figures", "lessons", "runs"},
        {"numpy", "babel", "streamlit", "starlette", "segno", "plotly"},
    ),
}


def room_of(path: Path) -> str:
    """The room of a module; the public interface stands beside the settings, two programs above all rooms."""
    first = path.relative_to(ROOT / "optviz").parts[0]
    return {"__init__.py": "settings", "doctor.py": "web", "catalogues.py": "web"}.get(first, first)


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports say their full name"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


MODULES = sorted((ROOT / "optviz").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_downwards(path: Path) -> None:
    rooms, packages = ROOMS[room_of(path)]
    for name in imports(path):
        first, *rest = name.split(".")
        if first in sys.stdlib_module_names:
            continue
        if first == "optviz":
            assert rest, f"{path.name} imports the public interface: name the module"
            assert rest[0] in rooms | {room_of(path)}, f"{path.name} imports {name}"
        else:
            assert first in packages, f"{path.name} imports {name}"


def test_every_room_is_known() -> None:
    folders = {p.name for p in (ROOT / "optviz").iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert folders == set(ROOMS)
    assert {p.name for p in (ROOT / "optviz").glob("*.py")} == {"__init__.py", "catalogues.py", "doctor.py"}


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda p: p.name)
def test_a_page_is_thin(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 100
    assert not {n.split(".")[0] for n in imports(path)} & {
        "numpy",
        "torch",
        "plotly",
        "sqlalchemy",
        "distributed",
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 420 or path.name == "surfaces.py", "split it by idea"


def test_the_engine_and_the_trajectories_page_do_without_torch() -> None:
    code = (
        "import sys, optviz, optviz.figures.scenes, optviz.web.page, optviz.web.trajectories.scene; "
        "import optviz.web.trajectories.presets; "
        "import optviz.web.trajectories.results; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT).returncode == 0


def test_importing_has_no_circles() -> None:
    edges = {}
    for path in MODULES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text("utf-8"))
        top = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
        edges[name] = {
            target
            for n in top
            for target in (
                [a.name for a in n.names]
                if isinstance(n, ast.Import)
                else [n.module or "", *(f"{n.module}.{a.name}" for a in n.names)]
            )
            if target.startswith("optviz.") and target != name
        }
    settled: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"circle: {' -> '.join((*path, name))}"
        if name in settled or name not in edges:
            return
        for target in edges[name]:
            visit(target, (*path, name))
        settled.add(name)

    for name in edges:
        visit(name, ())
