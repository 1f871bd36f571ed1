"""What Python sends to the stage, as types. `stage/types.js` says the same in the browser.

Every part has a role by name; nothing is found by its position in a list.
"""

from typing import Any, Literal, NotRequired, TypedDict

Trace = dict[str, Any]  # one Plotly trace
Layout = dict[str, Any]  # one Plotly layout


class Figure(TypedDict):
    """A Plotly figure as plain dictionaries."""

    data: list[Trace]
    layout: Layout


class Packed(TypedDict):
    """An array as base64 of its little-endian bytes; see `plotly_dicts.packed`."""

    dtype: str  # "f4", "f8", "i4" or "u1"
    bdata: str
    shape: NotRequired[str]


class Ground(TypedDict):
    """The landscape below the paths: drawn once for each key, from an address or as it is."""

    key: str
    url: NotRequired[str]
    figure: NotRequired[Figure]


class RunValues(TypedDict):
    """f with one row per frame: `values` are its heights above `base`, the lowest of them."""

    base: float
    values: Packed


class Run(RunValues):
    """One run: its rows, and the empty traces that the stage fills with them.

    `points` holds one array for each coordinate, with one row per frame. `slot` is the link name of the
    entrant ("o1"), `label` the short name at the end of its path. `asked` is how many gradients were taken up
    to each row, None where it is one for each step.
    """

    slot: str
    name: str
    label: str
    points: list[Packed]
    asked: Packed | None
    path: Trace
    head: Trace
    exit: Trace
    loss: Trace
    ahead: Trace
    lossHead: Trace


class Main(TypedDict):
    """The picture: a curve (1D), the paths, the minima above them, the start on top of all.

    `view` changes when the axes mean something else: a zoom is kept until then.
    """

    layout: Layout
    view: str
    curve: Trace | None
    minima: Trace
    start: Trace
    startEdge: Trace


class LossTitles(TypedDict):
    """The titles of the loss axis: of f itself, of f above a known minimum, of f above the lowest reached."""

    plain: str
    known: str
    reached: str


class Loss(TypedDict):
    """The loss beside the picture. Heights and range follow from the runs, in `loss_axis.js`.

    `lowest` is the lowest known value of f, or None; one frame is `per` wide on the horizontal axis, or with
    `across` "gradients" as wide as the gradients that it took.
    """

    layout: Layout
    view: str
    log: bool
    lowest: float | None
    per: float
    across: str
    titles: LossTitles


class Side(TypedDict):
    """A third picture, above the loss."""

    data: list[Trace]
    layout: Layout
    alt: str


class Follower(TypedDict):
    """A trace that shows row k of x and y, each `across` long, at frame k.

    `figure` is where it is drawn: above the paths of the main picture, or over the traces of `side`.
    """

    figure: Literal["main", "side"]
    trace: Trace
    across: int
    x: Packed
    y: Packed


class OwnSources(TypedDict):
    """A rule of one's own as two JavaScript sources: its step, and its explanation."""

    step: str
    explained: str


class Live(TypedDict):
    """What the browser needs to compute the runs itself, while a finger is down and to explain their steps.

    `link` holds the texts that this scene shows. `engine` is the source of a typed landscape, in
    JavaScript, or "". `draws` are the standard normal draws of the noise, (steps, d) row by row, or None.
    `own` has the rules of one's own by their packed text, as it stands in the link. `rates` are the learning
    rates of the runs by slot, where they were searched for.
    """

    link: dict[str, str]
    engine: str
    draws: Packed | None
    own: dict[str, OwnSources]
    rates: dict[str, float]


class Scene(TypedDict):
    """All that the stage shows. One frame of the player is `per` of `unit`.

    `picture` is how the landscape is shown: a key of `settings.experiment.VIEWS`.
    """

    title: str
    main: Main
    ground: Ground | None
    loss: Loss
    side: Side | None
    runs: list[Run]
    followers: list[Follower]
    domain: list[list[float]]
    start: list[float]
    steps: int
    unit: str
    per: int
    live: Live | None
    budget: str
    alt: str
    dark: bool
    picture: str


class LegendEntry(TypedDict):
    """One line of a legend; the dash "block" is a filled square. `entrant` is the card that can hide it."""

    name: str
    color: str
    dash: str
    entrant: NotRequired[str]


class Panel(TypedDict):
    """One figure of several for the component `charts`; see `panels.panel`."""

    key: str
    title: str
    about: str
    alt: str
    aspect: float
    lowest: int
    highest: int
    data: list[Trace]
    layout: Layout
