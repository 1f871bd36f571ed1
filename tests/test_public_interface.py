"""What `import optviz` offers a notebook."""

import doctest
import subprocess
import sys

import pytest

import optviz


def test_every_public_name_is_there() -> None:
    for name in optviz.__all__:
        assert getattr(optviz, name) is not None
    assert set(dir(optviz)) == set(optviz.__all__)


def test_an_unknown_name_is_refused_with_what_there_is() -> None:
    with pytest.raises(AttributeError, match="it offers simulate"):
        optviz.train  # noqa: B018


def test_its_example_runs() -> None:
    assert doctest.testmod(optviz).failed == 0


def test_neither_streamlit_nor_torch_is_behind_it() -> None:
    code = (
        "import sys, optviz; [getattr(optviz, n) for n in optviz.__all__]; "
        "sys.exit(bool({'torch', 'streamlit'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0
