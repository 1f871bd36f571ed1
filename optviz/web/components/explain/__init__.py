"""“Explain this step” and the small panels of an optimizer's state, for a component that has the engine.

These scripts and styles belong into the module and the markup of that component. They need the
engine's second script, `optviz.engine.step_explanations.source`.
"""

from pathlib import Path

HERE = Path(__file__).parent
PARTS = ("types", "mathml", "anatomy", "words", "explanation", "curves")
SCRIPTS = tuple(HERE / f"{part}.js" for part in PARTS)
STYLES = HERE / "explain.css"
