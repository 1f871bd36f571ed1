"""A blank page with the engine, its second script, and the modules that explain a step, without a server."""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from optviz.engine import javascript, step_explanations
from optviz.web.components.explain import SCRIPTS, STYLES
from optviz.web.components.mounting import WORDS

#: Streamlit's variables, as far as the styles use them.
THEMES = {
    "light": "--st-text-color: #1f2733; --st-background-color: #ffffff; --st-border-color: #d5dbe5; "
    "--st-primary-color: #0072b2; --st-font: sans-serif; --st-secondary-background-color: #f3f5f9",
    "dark": "--st-text-color: #e6eaf0; --st-background-color: #11161d; --st-border-color: #3a4352; "
    "--st-primary-color: #4fa3dc; --st-font: sans-serif; --st-secondary-background-color: #1b232e",
}
#: What a test may call.
NAMES = "StepExplanation, StepCurves, curvePanels, anatomyOf, roundScale, comparisonSentences, printedText"
SHOW = """([run, step]) => {
  const states = optvizEngine.states(run);
  window.shown ??= new StepExplanation(document.getElementById("explanation"));
  shown.show(optvizEngine, states, step);
  return states.steps;
}"""


def html(theme: str) -> str:
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>A step explained</title>
      <meta name="viewport" content="width=device-width">
      <style>body {{ margin: 12px; background: var(--st-background-color) }} :root {{ {THEMES[theme]} }}
      {STYLES.read_text("utf-8")}</style>
      <div id="explanation"></div><div id="curves"></div>"""


class ExplainPage:
    """What a test says to the modules."""

    def __init__(self, page: Page, theme: str = "light") -> None:
        self.page = page
        page.set_content(html(theme))
        for script in (javascript.source(), step_explanations.source()):
            page.add_script_tag(content=script)
        modules = "\n".join(path.read_text("utf-8") for path in (WORDS, *SCRIPTS))
        page.add_script_tag(content=f"{modules}\nObject.assign(window, {{ {NAMES} }});")

    def show(self, run: dict[str, Any], step: int) -> int:
        """Explain a step; how many steps the run has."""
        return self.page.evaluate(SHOW, [run, step])


def opened(browser: Browser, theme: str = "light", width: int = 900) -> tuple[BrowserContext, ExplainPage]:
    context = browser.new_context(viewport={"width": width, "height": 900})
    return context, ExplainPage(context.new_page(), theme)
