"""Optimizers that ask for gradients or values at points other than the present one.

Each step is a generator: what it asks for with `yield` is what it costs. See `engine/questions.py`.
"""

from optviz.engine.elementwise import maximum, sqrt, where
from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.optimizers.base import BETA1, BETA2, DECAY, MOMENTUM, Optimizer, Term, epsilon, rate
from optviz.engine.questions import gradient_at, most, total, value_at

NO_DECAY = Hyperparameter("decay", DECAY.symbol, 0.0, 0.0, 1.0, help=DECAY.help)

# Momentum that asks for the slope where it is going


def nesterov(x, t, v, *, lr, momentum):
    g = yield gradient_at(x + momentum * v)
    v = momentum * v - lr * g
    return x + v, v


NESTEROV = Optimizer(
    key="nesterov",
    name="Nesterov, textbook",
    group="elsewhere",
    step=nesterov,
    formula=r"v_t = \beta v_{t-1} - \eta\, \nabla f(x_{t-1} + \beta v_{t-1}), \qquad x_t = x_{t-1} + v_t",
    hyperparameters=(rate(0.05), MOMENTUM),
    state=("velocity",),
    reference="Y. Nesterov, A method of solving a convex programming problem with convergence rate "
    "O(1/k²) (1983); in the form of I. Sutskever et al., On the importance of initialization and "
    "momentum in deep learning (2013), equations 3 and 4",
    idea="Goes where the velocity leads, looks at the slope there, and corrects.",
    remark="One gradient a step, at the point looked ahead to. PyTorch's Nesterov momentum is the same path "
    "seen from those points, while the rate is constant. Here the rate stands inside the velocity.",
    on_networks={"lr": 0.01},
    edge=lambda momentum: 2.0 * (1.0 + momentum) / (1.0 + 2.0 * momentum),
    terms={
        "y": Term(meaning="Where the velocity alone would lead.", title="point looked ahead to"),
        "v": Term(meaning="A share of the old velocity stays, and the step down the slope ahead is added."),
        "x": Term(meaning="The point moves by the velocity; the learning rate is in it already."),
    },
)


# A trial step, and the slope at its end


def extragradient(x, t, *, lr):
    g = yield gradient_at(x)
    ahead = yield gradient_at(x - lr * g)
    return (x - lr * ahead,)


EXTRAGRADIENT = Optimizer(
    key="extragradient",
    name="Extragradient",
    group="elsewhere",
    asks=2,
    step=extragradient,
    formula=r"y_t = x_{t-1} - \eta\, \nabla f(x_{t-1}), \qquad x_t = x_{t-1} - \eta\, \nabla f(y_t)",
    hyperparameters=(rate(0.1),),
    reference="G. M. Korpelevich, The extragradient method for finding saddle points and other problems "
    "(1976)",
    idea="Tries a step, and then steps from where it was along the slope at the trial's end.",
    remark="Two gradients a step. Made for games of two players, where plain descent circles for ever.",
    on_networks={"lr": 0.1},
    edge=lambda: 1.0,
    terms={
        "y": Term(meaning="The end of a trial step of gradient descent.", title="trial point"),
        "ahead": Term(r"\tilde g", title="gradient at the trial point"),
        "x": Term(meaning="From the old point, but down the slope at the trial's end."),
    },
)


# The slope at the worst point nearby


def sam(x, t, *, lr, rho):
    g = yield gradient_at(x)
    length = sqrt((yield total(g * g)))
    worst = yield gradient_at(x + g * (rho / (length + 1e-12)))
    return (x - lr * worst,)


SAM = Optimizer(
    key="sam",
    name="SAM",
    group="elsewhere",
    asks=2,
    step=sam,
    formula=r"x_t = x_{t-1} - \eta\, \nabla f\left( x_{t-1} + \rho\, \frac{g_t}{\| g_t \|} \right), "
    r"\qquad g_t = \nabla f(x_{t-1})",
    hyperparameters=(
        rate(0.1),
        Hyperparameter(
            "rho", r"\rho", 0.05, 0.0, 2.0, label="radius", help="How far away the worst point is looked for."
        ),
    ),
    reference="P. Foret, A. Kleiner, H. Mobahi, B. Neyshabur, Sharpness-aware minimization for efficiently "
    "improving generalization (2021), Algorithm 1, around gradient descent",
    idea="Climbs a little, and takes the slope there: minima with steep walls push it away.",
    remark="Two gradients a step. The norm goes over all coordinates. It ends hopping about a minimum at a "
    "distance that depends on ρ and η.",
    on_networks={"lr": 0.1},
    terms={
        "sum": Term("S", title="squared length of the gradient"),
        "length": Term("r", "The root of that sum.", title="length of the gradient"),
        "y": Term(meaning="Uphill along the gradient, as far as the radius says.", title="worst point"),
        "worst": Term(r"\tilde g", title="gradient at the worst point"),
        "x": Term(meaning="From the old point, but down the slope at the worst point nearby."),
    },
)


# A rate that is tried out at every step


def armijo(x, t, rate, *, lr, shrink, slope):
    g = yield gradient_at(x)
    height = yield value_at(x)
    fall = slope * (yield total(g * g))
    rate = lr
    trial = yield value_at(x - rate * g)
    again = where(trial <= height - rate * fall, 0.0, 1.0)
    while most(again) > 0.0:
        rate = where(again > 0.0, shrink * rate, rate)
        trial = yield value_at(x - rate * g)
        # Where no step falls far enough, not even a very short one, rounding hides the slope.
        short = where(rate > 1e-12 * lr, 1.0, 0.0)
        again = where(trial <= height - rate * fall, 0.0, short)
    return x - rate * g, rate


ARMIJO = Optimizer(
    key="armijo",
    name="Armijo line search",
    group="elsewhere",
    asks=12,
    step=armijo,
    formula=r"x_t = x_{t-1} - \eta_t\, g_t, \qquad \eta_t = \max\{ \eta \gamma^k : "
    r"f(x_{t-1} - \eta \gamma^k g_t) \le f(x_{t-1}) - c\, \eta \gamma^k \| g_t \|^2 \}",
    hyperparameters=(
        rate(1.0),
        Hyperparameter(
            "shrink", r"\gamma", 0.5, 0.01, 0.9, help="Factor after a trial that did not fall enough."
        ),
        Hyperparameter(
            "slope", "c", 1e-4, 1e-8, 0.5, log=True, help="The share of the promised fall that is enough."
        ),
    ),
    state=("step length",),
    reference="L. Armijo, Minimization of functions having Lipschitz continuous first partial derivatives "
    "(1966); J. Nocedal, S. J. Wright, Numerical optimization (2006), Algorithm 3.1",
    idea="Begins each step with a large rate and halves it until f has fallen enough.",
    remark="One gradient a step, and a value of f for every trial. η is the rate of the first trial. After a "
    "trillionth of it the search gives up and takes that step.",
    on_networks={"lr": 1.0},
    terms={
        "height": Term("f", title="height at the old point"),
        "sum": Term("S", title="squared length of the gradient"),
        "fall": Term("F", "For each unit of the rate, f must fall at least so far.", title="wanted fall"),
        "rate": Term(r"\alpha", "The rate that is tried: after a trial that failed, the next shorter one."),
        "y": Term(meaning="Where a step with this rate would end.", title="trial point"),
        "trial": Term(r"\tilde f", title="height at the trial point"),
        "again": Term(
            "a", "1 if f has not fallen far enough there and a shorter rate must be tried, else 0."
        ),
        "short": Term("b", "0 once the rate is so short that rounding hides any fall: then the search ends."),
        "x": Term(meaning="Against the gradient, times the rate that the search has found."),
    },
)


# No schedule: the mean of the points in its place


def schedulefree(x, t, z, v, weights, highest, *, lr, beta1, beta2, eps, decay):
    if t == 1:
        z = x
    y = beta1 * x + (1 - beta1) * z
    g = yield gradient_at(y)
    v = beta2 * v + (1 - beta2) * g * g
    z = z - lr * decay * y - lr * g / (sqrt(v / (1 - beta2**t)) + eps)
    highest = maximum(highest, lr)
    weights = weights + highest * highest
    share = highest * highest / weights
    return (1 - share) * x + share * z, z, v, weights, highest


SCHEDULE_FREE = Optimizer(
    key="schedulefree",
    name="Schedule-free AdamW",
    group="elsewhere",
    step=schedulefree,
    formula=r"\begin{aligned} y_t &= \beta_1 x_{t-1} + (1 - \beta_1)\, z_{t-1}, \; g_t = \nabla f(y_t), \\ "
    r"v_t &= \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2, \\ "
    r"z_t &= z_{t-1} - \eta \lambda\, y_t - \eta\, \frac{g_t}{\sqrt{v_t / (1 - \beta_2^t)} + \epsilon}, \\ "
    r"x_t &= (1 - c_t)\, x_{t-1} + c_t\, z_t, \qquad "
    r"c_t = \frac{\hat\eta_t^2}{\sum_{i \le t} \hat\eta_i^2}, \quad \hat\eta_t = \max_{i \le t} \eta_i "
    r"\end{aligned}",
    hyperparameters=(
        rate(0.5),
        Hyperparameter(
            "beta1", r"\beta_1", 0.9, 0.0, 0.9999, help="How near to the mean the gradient is taken."
        ),
        BETA2,
        epsilon(1e-8),
        NO_DECAY,
    ),
    state=("fast point", "second moment", "sum of weights", "highest rate"),
    reference="A. Defazio et al., The road less scheduled (2024), Algorithm 1, as in the authors' reference "
    "implementation",
    idea="The path shown is the mean of all points so far: it settles without a schedule.",
    remark="One gradient a step, between the mean x and the fast point z. Made to run at a constant rate.",
    on_networks={"lr": 0.0025},
    terms={
        "y": Term(meaning="Between the mean x and the fast point z.", title="point between"),
        "z": Term(
            meaning="The fast point takes a step as Adam does, each coordinate with a rate of its own."
        ),
        "highest": Term(r"\rho", "The highest learning rate so far."),
        "weights": Term("W", "The sum of the weights of all steps so far: each weighs its rate squared."),
        "share": Term(
            "c", "How much the newest point counts in the mean.", title="share of the newest point"
        ),
        "x": Term(meaning="The mean of all fast points so far moves a little towards the newest."),
    },
)


# A rate that is found on the way


def prodigy(x, t, m, v, s, first, d, gained, *, lr, beta1, beta2, eps, decay, d0):
    g = yield gradient_at(x)
    if t == 1:
        first, d = x, d0
    beta3 = sqrt(beta2)
    step = d * lr
    away = yield total(g * (first - x))
    m = beta1 * m + d * (1 - beta1) * g
    v = beta2 * v + d * d * (1 - beta2) * g * g
    s = beta3 * s + d / d0 * step * g
    size = yield total(abs(s))
    # Before the first gradient that is not zero nothing is known and nothing moves.
    gained = where(size > 0.0, beta3 * gained + d / d0 * step * away, gained)
    d = maximum(d, where(size > 0.0, gained / where(size > 0.0, size, 1.0), 0.0))
    moved = x - decay * step * x - step * m / (sqrt(v) + d * eps)
    return where(size > 0.0, moved, x), m, v, s, first, d, gained


PRODIGY = Optimizer(
    key="prodigy",
    name="Prodigy",
    group="elsewhere",
    step=prodigy,
    formula=r"\begin{aligned} r_t &= \sqrt{\beta_2}\, r_{t-1} + \tfrac{d_{t-1}^2}{d_0}\, \eta\, "
    r"g_t^\top (x_0 - x_{t-1}), \qquad "
    r"s_t = \sqrt{\beta_2}\, s_{t-1} + \tfrac{d_{t-1}^2}{d_0}\, \eta\, g_t, \\ "
    r"d_t &= \max\left( d_{t-1},\, \frac{r_t}{\| s_t \|_1} \right), \\ "
    r"m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, d_{t-1}\, g_t, \qquad "
    r"v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, d_{t-1}^2\, g_t^2, \\ "
    r"x_t &= (1 - \lambda \eta d_{t-1})\, x_{t-1} - \eta\, d_{t-1}\, \frac{m_t}{\sqrt{v_t} + d_t \epsilon} "
    r"\end{aligned}",
    hyperparameters=(
        rate(1.0),
        BETA1,
        BETA2,
        epsilon(1e-8),
        NO_DECAY,
        Hyperparameter(
            "d0",
            "d_0",
            1e-6,
            1e-12,
            1.0,
            label="first distance",
            log=True,
            advanced=True,
            help="The first guess of the distance.",
        ),
    ),
    state=("first moment", "second moment", "sum of gradients", "start", "distance", "gain"),
    reference="K. Mishchenko, A. Defazio, Prodigy: an expeditiously adaptive parameter-free learner (2024), "
    "Algorithm 4, as in the authors' program",
    idea="Adam that finds its rate: it estimates how far the start is from the minimum.",
    remark="One gradient a step. The sums go over all coordinates. Its first steps are tiny and grow until d "
    "stands for the distance; η = 1 is meant to stay.",
    on_networks={"lr": 1.0},
    terms={
        "first": Term("p", "The start is kept."),
        "d": Term(meaning="The distance to the minimum as it is now estimated; it never falls."),
        "beta3": Term(r"\beta_3", "The decay of the two sums."),
        "step": Term(r"\alpha", "The rate of this step: the estimated distance times η.", title="rate"),
        "away": Term("a", title="gradient along the way from the start"),
        "m": Term(meaning="A mean of the gradients so far, each times the distance estimated at its time."),
        "v": Term(meaning="A mean of their squares so far, scaled in the same way."),
        "s": Term(meaning="A sum of the gradients so far, in which older ones count less."),
        "size": Term("S", title="size of the sum of gradients"),
        "gained": Term("r", "How far the gradients agree that the way from the start leads down."),
        "moved": Term("q", "The end of a step as Adam takes it, with the rate found so."),
        "x": Term(meaning="It goes there, but stays where it is while all gradients were zero."),
    },
)
