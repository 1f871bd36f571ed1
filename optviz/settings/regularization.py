"""What the page “Regularization” shows, as one value."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from optviz.engine.hyperparameters import Hyperparameter
from optviz.settings import link
from optviz.settings.fields import Number, OneOf
from optviz.settings.link import Section, Settings, encode, setting
from optviz.teaching import constraints, dropout, fits, weight_decay

__all__ = ["RegularizationSettings", "decode", "encode", "shown_at"]

VIEWS = {
    "fitting": "Over- and under-fitting",
    "decay": "Weight decay",
    "constraint": "Circle and diamond",
    "dropout": "Dropout",
}
SEED = Hyperparameter(
    "seed", "s", 0, 0, 2**31 - 1, integer=True, help="Picks everything that is drawn by chance."
)


def _on(*views: str) -> dict[str, tuple[str, ...]]:
    return {"view": views}


@dataclass(frozen=True, slots=True)
class RegularizationSettings(Settings):
    """Every value of the page."""

    page: ClassVar[str] = "regularization"
    sections: ClassVar[tuple[Section, ...]] = (
        Section(
            "",
            (
                *("view", "degree", "samples", "noise", "penalty", "radius", "c1", "c2", "tilt"),
                *("share", "seed"),
            ),
        ),
    )

    view: str = setting(OneOf("view", "Show", choices=VIEWS), "fitting")
    degree: int = setting(Number.of(fits.DEGREE, "Degree", when=_on("fitting")), 9)
    samples: int = setting(Number.of(fits.SAMPLES, "Points", when=_on("fitting")), fits.SAMPLES.usual)
    noise: float = setting(Number.of(fits.NOISE, "Noise", when=_on("fitting")), fits.NOISE.default)
    penalty: float = setting(
        Number.of(weight_decay.PENALTY, "Penalty", when=_on("decay")), weight_decay.PENALTY.default
    )
    radius: float = setting(Number.of(constraints.RADIUS, "Radius", when=_on("constraint")), 1.0)
    c1: float = setting(
        Number.of(constraints.CENTRE_X, "Lowest place of the loss, w₁", when=_on("constraint")),
        constraints.CENTRE_X.default,
    )
    c2: float = setting(
        Number.of(constraints.CENTRE_Y, "Lowest place of the loss, w₂", when=_on("constraint")),
        constraints.CENTRE_Y.default,
    )
    tilt: float = setting(
        Number.of(constraints.TILT, "Tilt", when=_on("constraint")), constraints.TILT.default
    )
    share: float = setting(
        Number.of(dropout.SHARE, "Share that is switched off", when=_on("dropout")), dropout.SHARE.default
    )
    seed: int = setting(Number.of(SEED, "Seed", when=_on("fitting", "decay", "dropout")), 0)

    @property
    def bowl(self) -> constraints.Bowl:
        """The loss of the constraint picture."""
        return constraints.Bowl((self.c1, self.c2), self.tilt)


def decode(given: Any) -> tuple[RegularizationSettings, list[str]]:
    """Read settings from a link, with a sentence for each thing that could not be used; never raises."""
    return link.decode(RegularizationSettings, given)


def shown_at(view: str, **values: Any) -> RegularizationSettings:
    """The default settings on one view, for lessons and tests."""
    return replace(RegularizationSettings(), view=view, **values)
