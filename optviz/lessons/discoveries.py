"""What one finds on the live page by doing what a lesson says to try, by the lesson's key."""

from collections.abc import Callable
from typing import Any

import numpy as np

from optviz.engine.landscapes import OBJECTIVES
from optviz.lessons.lesson import Discovery
from optviz.lessons.xor import LINEAR
from optviz.settings.activations import CLASS_LABELS, CLASS_LOGITS
from optviz.settings.experiment import Experiment
from optviz.settings.setups import Entrant
from optviz.teaching.constraints import lowest_in_diamond
from optviz.teaching.dying_units import trained
from optviz.teaching.losses import softmax
from optviz.teaching.xor import LINEAR_LOSS

Holds = Callable[[Any], bool]


def _with(optimizer: str, **ranges: tuple[float, float]) -> Holds:
    """Whether an entrant has this optimizer, with values between these ends."""

    def suits(entrant: Entrant) -> bool:
        values = dict(entrant.values)
        return entrant.optimizer == optimizer and all(
            low <= values[name] <= high for name, (low, high) in ranges.items()
        )

    return lambda settings: any(suits(entrant) for entrant in settings.entrants)


def _arrives(settings: Experiment) -> bool:
    return any(run.outcome.kind == "converged" for run in settings.run())


def _value(name: str, low: float, high: float) -> Holds:
    """Whether a setting lies between these ends."""
    return lambda settings: bool(low <= getattr(settings, name) <= high)


def _in_the_deep_valley(settings: Experiment) -> bool:
    outcomes = [run.outcome for run in settings.run()]
    slow = _with("gd", lr=(0.15, 0.25))(settings)
    return slow and any(o.kind == "converged" and o.minimum == 0 for o in outcomes)


def _half(settings: Any) -> bool:
    return abs(float(softmax(settings.logits, settings.temperature)[0]) - 0.5) < 0.01


def _dead_units(settings: Any) -> float:
    return float(trained("relu", settings.rate, settings.seed).dead[-1])


def _as_scaled(settings: Experiment) -> bool:
    """Whether the typed formula is a multiple of the ravine, and Adam is among the runs."""
    if not settings.formula:
        return False
    found, ravine = settings.landscape(), OBJECTIVES["ravine"]
    if found.dimension != ravine.dimension:
        return False
    places = np.array([[1.0, 0.0], [0.0, 1.0], [-2.0, 3.0]])
    ratios = found.value(places) / ravine.value(places)
    return bool(np.allclose(ratios, ratios[0]) and ratios[0] >= 2)


def _right_logits_raised(settings: Any) -> bool:
    """Whether the printed examples stand there with 5 more, or nearly, for each right class."""
    raised = np.array(CLASS_LOGITS)
    raised[np.arange(len(raised)), list(CLASS_LABELS)] += 5
    shape = np.shape(settings.classes) == raised.shape and settings.labels == CLASS_LABELS
    return shape and bool(np.allclose(settings.classes, raised, rtol=0, atol=0.05))


def _linear_from_elsewhere(settings: Experiment) -> bool:
    """Whether runs of the linear model on XOR end at weights 0, from another start than the lesson's."""
    if settings.formula != LINEAR_LOSS or np.allclose(settings.start, LINEAR.start, atol=0.25):
        return False
    return all(bool(np.allclose(run.points[-1], 0.0, atol=1e-3)) for run in settings.run())


def _both(*holds: Holds) -> Holds:
    return lambda settings: all(h(settings) for h in holds)


MOMENTUM, NAG = "momentum_lr_0.05_momentum_0.8", "nag_lr_0.05_momentum_0.8"
DISCOVERIES: dict[str, Discovery] = {
    "gd-1d": Discovery(_with("gd", lr=(0.5, 0.5)), "At 0.5 one step is enough.", {"o1": "gd_lr_0.5"}),
    "gd-1d-too-small": Discovery(
        _both(_with("gd", lr=(0.2, 0.2)), _arrives),
        "With four times the rate it arrives at step 19 in place of 88.",
        {"o1": "gd_lr_0.2", "steps": "100"},
    ),
    "gd-1d-diverges": Discovery(
        _with("gd", lr=(0.999, 1.001)), "At 1 it swings between 10 and −10 for ever.", {"o1": "gd_lr_1"}
    ),
    "gd-local-minimum": Discovery(
        _in_the_deep_valley, "The deep valley at 7.27 is reached.", {"o1": "gd_lr_0.2", "steps": "50"}
    ),
    "gd-2d": Discovery(_with("gd", lr=(0.25, 0.25)), "At 0.25, y is 0 after one step.", {"o1": "gd_lr_0.25"}),
    "gd-ravine": Discovery(
        _with("gd", lr=(0.5001, 0.52)), "Above 0.5 every swing grows: it diverges.", {"o1": "gd_lr_0.51"}
    ),
    "gd-ravine-diverges": Discovery(
        lambda s: len(s.start) == 2 and 0 < abs(s.start[1]) <= 0.05,
        "However near to the floor it starts, the swings grow.",
        {"start": "-5_0.01"},
    ),
    "momentum": Discovery(
        _with("gd", lr=(0.6, 0.6)), "Plain descent diverges at the rate 0.6.", {"o2": "gd_lr_0.6"}
    ),
    "momentum-halved": Discovery(
        _with("momentum", momentum=(0.2001, 0.22)),
        "Just above 0.2 it settles, below 0.2 it does not.",
        {"o1": "momentum_lr_0.6_momentum_0.21"},
    ),
    "nesterov": Discovery(
        _both(_with("nag", lr=(0.34, 0.36)), _with("momentum", lr=(0.34, 0.36))),
        "Nesterov diverges above 0.339, momentum still arrives.",
        {"o1": "momentum_lr_0.35_momentum_0.9", "o2": "nag_lr_0.35_momentum_0.9"},
    ),
    "edge": Discovery(
        _both(_with("momentum", momentum=(0.6, 1.0)), _with("nag", momentum=(0.6, 1.0))),
        "Momentum's wall has moved to the right, Nesterov's to the left.",
        {"o2": MOMENTUM, "o3": NAG},
    ),
    "momentum-map": Discovery(
        lambda s: s.entrants[0].optimizer == "nag",
        "Nesterov's border runs the other way: the more momentum, the smaller the largest stable rate.",
        {"o1": "nag_lr_0.05_momentum_0.9"},
    ),
    "adagrad": Discovery(
        _both(_with("adagrad", lr=(0.4, 0.4)), _arrives),
        "It needs more steps: it arrives at 381.",
        {"steps": "500"},
    ),
    "adagrad-fast": Discovery(
        _with("gd", lr=(0.55, 0.7)),
        "Descent diverges with less than a third of the rate.",
        {"o2": "gd_lr_0.6"},
    ),
    "rmsprop": Discovery(
        _with("rmsprop", alpha=(0.99, 0.9999)),
        "With α = 0.99 the first step is 10 rates long.",
        {"o1": "rmsprop_lr_0.4_alpha_0.99_eps_1e-06"},
    ),
    "adagrad-fading": Discovery(
        lambda s: s.schedule == "cosine",
        "RMSProp comes to rest. AdaGrad's rates had settled; cosine takes them away as well.",
        {"schedule": "cosine_floor_0"},
    ),
    "adam": Discovery(
        _with("adam", beta1=(0.0, 0.0)),
        "Without β₁ Adam is RMSProp with a correction: the swings of momentum are gone.",
        {"o2": "adam_lr_0.4_beta1_0_beta2_0.999_eps_1e-08"},
    ),
    "adam-scale": Discovery(
        _as_scaled,
        "Adam's path is the same; descent left at once.",
        {"objective": "formula", "formula": "10*x^2 + 200*y^2"},
    ),
    "decoupled": Discovery(
        _with("adamw", decay=(0.0, 0.0)),
        "Without decay AdamW is Adam.",
        {"o2": "adamw_lr_0.3_beta1_0.9_beta2_0.999_eps_1e-08_decay_0"},
    ),
    **dict.fromkeys(
        ("adam-as-printed", "adam-uncorrected", "adam-inverted"),
        Discovery(
            _with("adam", beta1=(0.0, 0.0), beta2=(0.0, 0.0)),
            "Without both betas every step is one rate long: only the sign of the gradient is left.",
            {"o1": "adam_lr_0.16_beta1_0_beta2_0_eps_1e-08"},
        ),
    ),
    "clamped": Discovery(
        _with("gd", lr=(0.95, 1.0)), "Up to the rate 1 the true run stays in the picture.", {"o1": "gd_lr_1"}
    ),
    "saddle": Discovery(
        lambda s: s.noise == 0, "Without noise nothing pushes it off the ridge.", {"noise": "0"}
    ),
    "plateau": Discovery(_arrives, "Near the hole there is a slope to follow.", {"start": "2_2"}),
    "valley": Discovery(
        _with("gd", lr=(0.0022, 0.003)),
        "Descent comes further with this rate; from 0.004 on it only swings.",
        {"o1": "gd_lr_0.0025"},
    ),
    "basins": Discovery(
        _with("gd", lr=(0.0149, 0.016)),
        "The minimum with the largest curvature, 134, is no longer stable: 2/134 = 0.0149.",
        {"o1": "gd_lr_0.015"},
    ),
    "gradient_descent_kinds": Discovery(
        lambda s: s.optimizer.optimizer == "gd" and dict(s.optimizer.values)["lr"] == 0.1,
        "Mini-batches are nearest at the end; stochastic descent wanders in a wide ball.",
        {"o": "gd_lr_0.1"},
    ),
    "loop": Discovery(
        _value("batch", 1, 1), "The printed loop now runs batch descent 100 times an epoch.", {"batch": "1"}
    ),
    "batch-size": Discovery(
        lambda s: s.batch == 20 and s.optimizer.optimizer == "gd" and dict(s.optimizer.values)["lr"] == 0.2,
        "Four times both: the radius stays near 0.07.",
        {"batch": "20", "o": "gd_lr_0.2"},
    ),
    "noise-helps": Discovery(
        _value("noise", 20, 100), "Too much noise: the median is higher again.", {"noise": "20"}
    ),
    "schedules": Discovery(
        lambda s: s.schedule == "constant", "With a constant rate it never settles.", {"schedule": "constant"}
    ),
    "sigmoid": Discovery(
        lambda s: {"sigmoid", "tanh", "relu"} <= set(s.shown),
        "The largest slopes are 1/4, 1 and 1.",
        {"shown": "sigmoid.tanh.relu"},
    ),
    "compared": Discovery(
        lambda s: "leaky_relu" in s.shown,
        "Its slope is 0.01 on the left, never zero.",
        {"shown": "relu.leaky_relu"},
    ),
    "linear": Discovery(
        lambda s: "tanh" in s.shown,
        "Tanh bends: its output is not proportional to its input.",
        {"shown": "tanh"},
    ),
    "backward": Discovery(_value("depth", 4, 4), "The fourth factor is about 0.225.", {"depth": "4"}),
    "vanishing": Discovery(
        _value("weight", 4, 4),
        "Even with the weight 4 the sigmoid's gradient fades: the slopes do.",
        {"weight": "4"},
    ),
    "dying": Discovery(
        lambda s: s.rate <= 0.06 and _dead_units(s) <= 0.03,
        "At small rates hardly a unit dies.",
        {"rate": "0.05"},
    ),
    "seeds": Discovery(
        lambda s: s.seed != 1 and _dead_units(s) > 0.5, "Another seed, another result.", {"seed": "3"}
    ),
    "softmax": Discovery(
        lambda s: max(s.logits) - min(s.logits) == 6 and s.logits != (3.0, 1.0, -3.0),
        "The same differences, the same shares.",
        {"logits": "103_101_97"},
    ),
    "temperature": Discovery(_half, "At T = 5.2 the first share is a half.", {"temperature": "5.17"}),
    "surprise": Discovery(
        lambda s: s.p == s.q == (0.5, 0.5), "0.693 nats, which is one bit.", {"p": "0.5_0.5", "q": "0.5_0.5"}
    ),
    "weather": Discovery(
        lambda s: len(set(s.p)) == 1 and len(s.p) == 3,
        "Log 3 = 1.099: nothing has more entropy.",
        {"p": "1_1_1"},
    ),
    "underflow": Discovery(
        lambda s: s.heads + s.tails >= 100,
        "The likelihood is about 10⁻²⁷, its negative logarithm 61.",
        {"heads": "70", "tails": "30"},
    ),
    "smoothing": Discovery(
        lambda s: s.q[0] / sum(s.q) > 0.99,
        "More certainty, higher cross entropy.",
        {"q": "0.999_0.0005_0.0005"},
    ),
    "entropy": Discovery(
        lambda s: s.p == s.q, "The divergence is 0; the entropy of p is left.", {"q": "0.7_0.2_0.1"}
    ),
    "coin_likelihood": Discovery(
        lambda s: s.heads + s.tails >= 100 and s.heads * 3 == s.tails * 7,
        "The place stays at 0.7, the valley is narrower.",
        {"heads": "70", "tails": "30"},
    ),
    "nll": Discovery(
        lambda s: s.log_labels != (1, 0, 4), "Another number of that row counts.", {"log_labels": "1_0_2"}
    ),
    "cross_entropy": Discovery(
        _right_logits_raised,
        "The loss falls from 1.049 to 0.013.",
        {"classes": "0.5953_5.9872_0.751~5.9447_0.0602_0.7399~0.2185_0.6771_5.0168~0.7719_5.8075_0.7505"},
    ),
    "bce_with_logits": Discovery(
        lambda s: max(abs(z) for z in s.binary) >= 1000,
        "It is computed from the logit, so nothing overflows.",
        {"binary": "1000_-0.7231_-0.2049"},
    ),
    "multi-label": Discovery(
        lambda s: s.targets == (0, 0, 0),
        "The mean falls by 0.068, from 0.533 to 0.465.",
        {"targets": "0_0_0"},
    ),
    "errors": Discovery(
        lambda s: max(s.data) >= 100,
        "The median stays at 2.5, the mean moves to 21.7.",
        {"data": "1_2_2.5_3_100"},
    ),
    "pull": Discovery(
        _value("z", -10, -8), "Cross entropy pulls more than a thousand times as hard.", {"z": "-8"}
    ),
    "fitting": Discovery(
        _value("samples", 200, 200), "With 200 points degree 18 does little harm.", {"samples": "200"}
    ),
    "epochs": Discovery(
        _value("degree", 3, 3),
        "At degree 3 the test error is 2.7 without stopping: this model has little freedom to follow the "
        "noise.",
        {"degree": "3"},
    ),
    "weight_decay": Discovery(
        _value("penalty", 1, 1), "L1 makes most of the 200 weights exactly 0, L2 none.", {"penalty": "1"}
    ),
    "corners": Discovery(
        lambda s: s.c1 > 1.2 and lowest_in_diamond(s.bowl, s.radius).zeros == 0,
        "Beyond 1.2 the corner lets go.",
        {"c1": "1.3"},
    ),
    "norms": Discovery(
        lambda s: s.c1 == 0 and abs(s.c2) > s.radius > 0 and s.tilt == 0,
        "Both lie at the same place: on an axis all norms are equal.",
        {"c1": "0"},
    ),
    "masks": Discovery(
        _value("share", 0.9, 0.9), "The averages need nine times as many draws to settle.", {"share": "0.9"}
    ),
    "dropout_rules": Discovery(
        _value("share", 0, 0), "With p = 0 the scale is 1: so it is while testing.", {"share": "0"}
    ),
    "xor": Discovery(
        _linear_from_elsewhere,
        "From here, too, both weights end at 0. The model says ½ for every point, and the loss is 0.693.",
        {"start": "-3_2"},
    ),
    "softmax_regression": Discovery(
        lambda s: s.hidden == (64,), "Train it: what is a hidden layer worth?", {"hidden": "64"}
    ),
    "mnist_mlp": Discovery(
        lambda s: bool(s.hidden) and max(s.hidden) <= 256,
        "Train it, and overlay the curves.",
        {"hidden": "256_256"},
    ),
    "dropout": Discovery(lambda s: not any(s.dropout), "Train it, and overlay the curves.", {"drop": "0_0"}),
    "mse_against_cross_entropy": Discovery(
        lambda s: s.loss == "mse_sigmoid", "Train it, and overlay the curves.", {"loss": "mse_sigmoid"}
    ),
}
