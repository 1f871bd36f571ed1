"""“Look inside a step”: the explanation of a step, curves over the steps, and arrows for the picture.

One module of scripts that the stage loads when somebody opens that part, and the engine's second script.
"""

import functools
import json
from pathlib import Path

from optviz.engine import step_explanations
from optviz.web.assets import JAVASCRIPT, asset
from optviz.web.components.explain import SCRIPTS as EXPLAIN
from optviz.web.components.explain import STYLES
from optviz.web.components.mounting import HERE as COMPONENTS
from optviz.web.components.mounting import WORDS

HERE = Path(__file__).parent
SCRIPTS = (WORDS, COMPONENTS / "legend.js", *EXPLAIN, HERE / "anatomy_traces.js", HERE / "inside.js")


def module() -> str:
    """The scripts with their markup and styles, as the text of one module."""
    css = "\n".join(path.read_text("utf-8") for path in (STYLES, HERE / "inside.css"))
    html = (HERE / "inside.html").read_text("utf-8")
    markup = f"export const markup = {json.dumps(f'<style>{css}</style>{html}')}"
    return "\n".join([markup, *(path.read_text("utf-8") for path in SCRIPTS)])


@functools.cache
def urls() -> dict[str, str]:
    """Where the browser finds the `module`, and the `script` that explains steps."""
    return {
        "module": asset("inside.js", module(), JAVASCRIPT),
        "script": asset("steps.js", step_explanations.source(), JAVASCRIPT),
    }
