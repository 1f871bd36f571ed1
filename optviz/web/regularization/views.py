"""What the page “Regularization” shows and says, view by view."""

from dataclasses import replace

import streamlit as st

from optviz.engine.remembered import Remembered
from optviz.figures.regularization_panels import (
    constraint_panels,
    decay_panels,
    dropout_panels,
    fitting_panels,
)
from optviz.figures.style import Theme
from optviz.settings.regularization import RegularizationSettings
from optviz.teaching.constraints import lowest_in_circle, lowest_in_diamond
from optviz.teaching.dropout import drawn
from optviz.teaching.fits import fitted
from optviz.teaching.weight_decay import DECAY_ERRATUM, EPOCHS, VERSIONS, Decayed, decayed
from optviz.training.presets import PRESETS
from optviz.web.teaching_view import Drawn, View, train_link
from optviz.words import join, listed, tr

#: A slider that goes back and forth, and a class that looks at the same link, train only once.
_decayed = Remembered(decayed, most=256)
TRAINING = 8.0  # milliseconds for one run of weight decay, measured
INPUTS, HIDDEN, OUTPUTS = 5, (8, 6), 3


def _fitting(s: RegularizationSettings, theme: Theme) -> Drawn:
    return fitting_panels(fitted(s.samples, s.noise, s.seed), s.degree, theme)


def _undecided(s: RegularizationSettings) -> None:
    most = s.samples - 1
    if s.degree > most:
        st.markdown(
            tr(
                "{points} points decide a polynomial of degree {most} at most. Of the many that go through "
                "all points, the one with the smallest coefficients is drawn.",
                points=s.samples,
                most=most,
            )
        )


def _trained(
    s: RegularizationSettings, penalty: float, kind: str = "l2", program: str = "scratch"
) -> Decayed:
    return _decayed(penalty, kind, s.seed, EPOCHS, program)


def _decay(s: RegularizationSettings, theme: Theme) -> Drawn:
    runs = (_trained(s, s.penalty), _trained(s, s.penalty, "l1"), _trained(s, 0.0))
    return decay_panels(*runs, theme)


def _training_time(s: RegularizationSettings) -> float:
    runs = ((s.penalty, "l2"), (s.penalty, "l1"), (0.0, "l2"))
    known = (_decayed.knows(penalty, kind, s.seed, EPOCHS, "scratch") for penalty, kind in runs)
    return sum(TRAINING for run in known if not run)


def _decay_printed(s: RegularizationSettings) -> None:
    lines = []
    for key, version in VERSIONS.items():
        for penalty, norm in version.norms.items():
            said = f"L2, λ = {penalty:g}" if penalty else tr("without a penalty")
            between = tr("{low} to {high}", low=norm.low, high=norm.high)
            digits = 3 if norm.printed < 1 else 2
            found = _trained(s, penalty, program=key).norms[-1]
            lines.append(
                f"| {listed((tr(version.name), said))} | {norm.printed:.{digits}f} | {found:.{digits}f} "
                f"| {between} |"
            )
    head = tr(
        "| ‖w‖ after {epochs} epochs | printed in the notes | computed here, seed {seed} | 99 % of seeds |",
        epochs=EPOCHS,
        seed=s.seed,
    )
    st.markdown("\n".join((head, "|---|---|---|---|", *lines)))
    st.caption(
        tr(
            "y = 0.05 + Σ 0.01·xᵢ + N(0, 0.01) with 200 inputs, 20 training and 100 test examples, batches "
            "of 5, rate 0.003. Weights start at N(0, 1), so ‖w‖ starts near √200 ≈ 14.1. From scratch, as in "
            "the picture, the loss is the mean of (ŷ − y)²/2 and the bias starts at 0. With torch.optim it "
            "is the mean of (ŷ − y)², and the bias starts at N(0, 1). Both add λ w to the gradient, which is "
            "that of λ/2 ‖w‖². L1 adds λ ‖w‖₁ and takes proximal steps, which move every weight towards 0 by "
            "at most η·λ and stop there. One λ is not one strength for both."
        )
    )
    st.info(join(tr("**A mistake of the course notes.**"), tr(DECAY_ERRATUM)))


def _constraint(s: RegularizationSettings, theme: Theme) -> Drawn:
    bounds = (lowest_in_circle(s.bowl, s.radius), lowest_in_diamond(s.bowl, s.radius))
    return constraint_panels(s.bowl, s.radius, bounds, theme)


def _dropout(s: RegularizationSettings, theme: Theme) -> Drawn:
    return dropout_panels(drawn(s.share, HIDDEN, s.seed), s.share, INPUTS, OUTPUTS, theme)


def _dropout_measured(s: RegularizationSettings) -> None:
    layers = drawn(s.share, HIDDEN, s.seed)
    draws = len(layers.averages)
    rows = zip(layers.values, layers.first, layers.averages[-1], strict=True)
    lines = "\n".join(
        f"| {i + 1} | " + " | ".join(f"{v:.3f}" for v in row) + " |" for i, row in enumerate(rows)
    )
    head = tr(
        "| Unit of hidden 1 | without dropout | in this draw | mean of {draws} draws |", draws=f"{draws:,}"
    )
    st.markdown(f"{head}\n|---|---|---|---|\n{lines}")
    st.markdown(
        tr(
            "## On a real network\n"
            "Fashion-MNIST, 784-256-256-10, as in the notes, with a dropout of 0.2 and 0.5 and without. "
            "Train both, and overlay the curves: how far apart are training and test accuracy?"
        )
    )
    preset = PRESETS["dropout"]
    train_link(tr("Fashion-MNIST with dropout, on Train live"), preset.config)
    train_link(tr("Fashion-MNIST without dropout, on Train live"), replace(preset.config, dropout=()))


VIEWS: dict[str, View] = {
    "fitting": View(
        r"y = 5 + 1.2\,x - 1.7\,x^2 + 0.9\,x^3 + \varepsilon, \qquad \varepsilon \sim N(0, \sigma^2)",
        "Too few powers cannot follow the truth; too many follow the noise. The training error falls with "
        "every degree, only fresh points tell.",
        "degree 1, 3, 9 and 18. Then give it 200 points: what becomes of degree 9?",
        _fitting,
        _undecided,
    ),
    "decay": View(
        r"L = \frac{1}{n} \sum_i \tfrac12 (\hat y_i - y_i)^2 + \tfrac{\lambda}{2} \|w\|^2 "
        r"\quad \text{or} \quad \ldots + \lambda \|w\|_1",
        "200 weights fit 20 examples without learning anything of the rest; a penalty on their size leaves "
        "only what the examples insist on.",
        "λ = 0: the training loss vanishes, the test loss hardly moves. Then λ = 1: how many weights does "
        "L1 set to exactly 0, and L2?",
        _decay,
        _decay_printed,
        _training_time,
    ),
    "constraint": View(
        r"\min_w \tfrac12 (w - c)^\top A\, (w - c) \quad \text{with} \quad \|w\|_2 \le r "
        r"\;\text{ or }\; \|w\|_1 \le r",
        "A penalty is a bound in disguise: the weights end where a level line of the loss first touches the "
        "circle or the diamond, and the diamond's corners stick out.",
        "move c around: over which part of the plane does the diamond give a weight that is exactly 0? When "
        "does the circle?",
        _constraint,
    ),
    "dropout": View(
        r"h' = \frac{m \cdot h}{1 - p}, \quad m \sim \mathrm{Bernoulli}(1 - p), \qquad E[h'] = h",
        "Units are switched off by chance, so that none can rely on another; those that stay are made larger "
        "by 1/(1 − p), so that the mean is kept and nothing need change when the network is used.",
        "p = 0.9: the mean is still kept, but how long does the average take to settle? Change the seed for "
        "another draw.",
        _dropout,
        _dropout_measured,
    ),
}
