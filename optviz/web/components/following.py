"""How a picture of the server's follows the finger: its component asks a route for the newest draft."""

from pathlib import Path
from urllib.parse import urlencode

from optviz.web.assets import address
from optviz.web.theme import current_theme

DRAW = "draw"
FOLLOWING = Path(__file__).parent / "following.js"  # for the components that ask; `bus.js` stands before it


def draw_url(page: str) -> str:
    """Where the pictures of a page's drafts are, in the visitor's colours; the browser adds the draft."""
    theme = "dark" if current_theme().dark else "light"
    return f"{address(f'{DRAW}/{page}')}?{urlencode({'theme': theme})}"
