"""What stands under the stage of the Mini-batches page: the table, the gradients, the ball, both loops."""

import functools
from typing import Any

import streamlit as st

from optviz.engine.outcomes import number
from optviz.figures.batch_noise import ball_panel, gradient_panels
from optviz.figures.minibatches import run_styles
from optviz.figures.style import Theme
from optviz.settings.minibatches import MiniBatches
from optviz.teaching.line import PRINTED_LOOP, RIGHT_LOOP, noise_ball
from optviz.web.components.charts import charts
from optviz.web.tables import table
from optviz.words import language, mark, tr

HEADINGS = (
    mark("Kind"),
    mark("Updates"),
    mark("Noise of the gradient"),
    mark("Distance at the end"),
    mark("Loss at the end"),
    mark("Time"),
)
RATES = (0.01, 0.02, 0.05, 0.1, 0.2)
SIZES = (1, 5, 20, 50, 100)


def comparison(settings: MiniBatches, theme: Theme) -> None:
    """One row for each run, every number measured on it."""
    solution = settings.points().solution
    rows = []
    for (name, run), style in zip(settings.run(), run_styles(theme), strict=True):
        updates = f"{run.updates:,}"
        broke = tr("{updates}, then overflowed", updates=updates) if run.broke_at else updates
        # What is left of a zero after rounding is called zero.
        noise = run.noise if run.noise > 1e-12 else 0.0
        cells = (
            broke,
            number(noise),
            number(run.distance(solution)),
            number(float(run.losses[-1])),
            f"{1000 * run.seconds:.2f} ms",
        )
        rows.append((style.color, name, cells))
    table([tr(heading) for heading in HEADINGS], rows, told=False)
    st.caption(
        tr(
            "Noise: how far the gradient of a batch is from that of all points, root mean square over the "
            "run. Distance: from the least-squares solution. Time: of the updates alone, measured on the "
            "server."
        )
    )


def gradients(settings: MiniBatches, theme: Theme) -> None:
    """The gradients of one epoch that a slider chooses, and noise against gradient along the way."""
    st.markdown(tr("## One batch against all points"))
    st.markdown(
        tr(
            r"$g_B = \frac{1}{|B|} \sum_{i \in B} \nabla \ell_i$ points to the right place only on average. "
            "Far from the minimum the batches agree; close to it what is left is noise. Move the epoch and "
            "watch the marks gather round zero while their spread stays."
        )
    )
    if "mb.epoch" in st.session_state:
        st.session_state["mb.epoch"] = min(st.session_state["mb.epoch"], settings.epochs)
    epoch = 1
    if settings.epochs > 1:
        epoch = st.slider(tr("Epoch"), 1, settings.epochs, key="mb.epoch")
    panels = gradient_panels(settings.run(), epoch, theme)
    charts(panels, key="minibatch-gradients", version=f"{settings} {epoch} {theme.dark} {language()}")


@functools.lru_cache(maxsize=64)
def _radii(settings: MiniBatches):  # noqa: ANN202
    given: dict[str, Any] = {k: v for k, v in settings.optimizer.values if k != "lr"}
    return noise_ball(settings.points(), settings.optimizer.row, RATES, SIZES, updates=800, **given)


def ball(settings: MiniBatches, theme: Theme) -> None:
    """How far runs keep wandering, by rate and batch size, for the optimizer that is chosen."""
    st.markdown(tr("## The noise ball"))
    st.markdown(
        tr(
            r"With a constant rate a noisy descent never stops: it wanders in a ball whose radius for "
            r"gradient descent grows as $\sqrt{\eta / B}$. Halve the rate or double the batch: the ball "
            r"shrinks alike. "
            "Try AdaGrad, whose steps fade, or momentum, which averages over batches but takes longer steps."
        )
    )
    charts(
        [ball_panel(RATES, SIZES, _radii(settings), theme)],
        key="minibatch-ball",
        version=f"{settings} {theme.dark} {language()}",
        note=tr(
            "{name}, started at the lowest point; 32 runs of 800 updates each, the second half measured; "
            "batches drawn anew at each update. A batch of all 100 points stays where it is.",
            name=tr(settings.optimizer.row.name),
        ),
    )


def loops() -> None:
    """The loop as printed beside the loop as meant."""
    st.markdown(tr("## The loop of the course notes"))
    st.markdown(
        tr(
            "The printed loop takes a batch and then computes the loss on the whole x and y. So it is batch "
            "descent, run as many times an epoch as there are batches: five times the work of batch descent "
            "for batches of 20, and none of the noise. Choose the second comparison above to see both."
        )
    )
    left, right = st.columns(2)
    with left:
        st.markdown(tr("**As printed**"))
        st.code(PRINTED_LOOP, language="python", wrap_lines=True)
    with right:
        st.markdown(tr("**As meant**"))
        st.code(RIGHT_LOOP, language="python", wrap_lines=True)
