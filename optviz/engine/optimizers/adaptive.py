"""Optimizers with a learning rate for each coordinate, made from AdaGrad, RMSProp and Adam."""

from optviz.engine.elementwise import maximum, sign, sqrt
from optviz.engine.hyperparameters import Hyperparameter
from optviz.engine.optimizers.base import BETA1, BETA2, DECAY, Optimizer, Term, epsilon, rate

# RMSProp with steps measured in earlier steps


def adadelta(x, g, t, s, d, *, lr, rho, eps):
    s = rho * s + (1 - rho) * g * g
    move = sqrt(d + eps) / sqrt(s + eps) * g
    d = rho * d + (1 - rho) * move * move
    return x - lr * move, s, d


ADADELTA = Optimizer(
    key="adadelta",
    name="AdaDelta",
    group="adaptive",
    step=adadelta,
    formula=r"\begin{aligned} s_t &= \rho s_{t-1} + (1 - \rho)\, g_t^2, & "
    r"\Delta_t &= \sqrt{\frac{d_{t-1} + \epsilon}{s_t + \epsilon}}\; g_t, \\ "
    r"d_t &= \rho d_{t-1} + (1 - \rho)\, \Delta_t^2, & x_t &= x_{t-1} - \eta\, \Delta_t \end{aligned}",
    hyperparameters=(
        rate(1.0),
        Hyperparameter(
            "rho",
            r"\rho",
            0.9,
            0.0,
            0.9999,
            label="mean-square decay",
            help="How long both mean squares remember.",
        ),
        Hyperparameter(
            "eps",
            r"\epsilon",
            1e-3,
            1e-16,
            1.0,
            log=True,
            label="small constant",
            help="Added under both roots; the first steps are about √(ε/(1 − ρ)) long.",
        ),
    ),
    state=("mean square gradient", "mean square step"),
    torch="Adadelta",
    torch_arguments={"lr": "lr", "rho": "rho", "eps": "eps"},
    reference="M. D. Zeiler, ADADELTA: an adaptive learning rate method (2012), Algorithm 1",
    idea="Steps are measured in earlier steps, so that no rate has to be chosen.",
    remark="ε stands under the roots and sets the pace of the start: PyTorch's 1e-6 takes hundreds of steps "
    "to get going on a plot, so 1e-3 is the default here. The paper has no η; it is 1.",
    on_networks={"lr": 1.0, "eps": 1e-6},
    terms={
        "move": Term(
            r"\Delta",
            "The gradient, measured in usual steps: times the root of d, divided by the root of s.",
            title="gradient in usual steps",
        ),
        "d": Term(meaning="A mean of the squares of such steps so far: how long steps usually are."),
    },
)


# Adam with the largest gradient in place of the mean square


def adamax(x, g, t, m, u, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    u = maximum(beta2 * u, abs(g) + eps)
    return x - lr / (1 - beta1**t) * m / u, m, u


ADAMAX = Optimizer(
    key="adamax",
    name="Adamax",
    group="adaptive",
    step=adamax,
    formula=r"\begin{aligned} m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, & "
    r"u_t &= \max(\beta_2 u_{t-1},\, |g_t| + \epsilon), \\ "
    r"x_t &= x_{t-1} - \frac{\eta}{1 - \beta_1^t}\, \frac{m_t}{u_t} \end{aligned}",
    hyperparameters=(rate(0.2), BETA1, BETA2, epsilon(1e-8)),
    state=("first moment", "largest gradient"),
    torch="Adamax",
    torch_arguments={"lr": "lr", "betas": ("beta1", "beta2"), "eps": "eps"},
    reference="D. P. Kingma, J. Ba, Adam: a method for stochastic optimization (2015), Algorithm 2",
    idea="Adam that divides by the largest recent gradient, so that no step exceeds η by much.",
    remark="PyTorch adds ε to |g|; the paper has no ε here.",
    on_networks={"lr": 0.002},
)


# Adam whose denominator never falls


def amsgrad(x, g, t, m, v, v_max, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    v_max = maximum(v_max, v)
    m_hat = m / (1 - beta1**t)
    v_hat = v_max / (1 - beta2**t)
    return x - lr * m_hat / (sqrt(v_hat) + eps), m, v, v_max


AMSGRAD = Optimizer(
    key="amsgrad",
    name="AMSGrad",
    group="adaptive",
    step=amsgrad,
    formula=r"\begin{aligned} m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, & "
    r"v_t &= \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2, \\ "
    r"v^{\max}_t &= \max(v^{\max}_{t-1},\, v_t), & "
    r"x_t &= x_{t-1} - \eta\, \frac{m_t / (1 - \beta_1^t)}"
    r"{\sqrt{v^{\max}_t / (1 - \beta_2^t)} + \epsilon} \end{aligned}",
    hyperparameters=(rate(0.2), BETA1, BETA2, epsilon(1e-8)),
    state=("first moment", "second moment", "largest second moment"),
    torch="Adam",
    torch_arguments={"lr": "lr", "betas": ("beta1", "beta2"), "eps": "eps", "amsgrad": True},
    reference="S. J. Reddi, S. Kale, S. Kumar, On the convergence of Adam and beyond (2018), Algorithm 2",
    idea="Adam that never forgets a large gradient: the largest second moment stays in the denominator.",
    remark="PyTorch corrects both moments for their start at zero; the paper corrects neither.",
    on_networks={"lr": 0.001},
    terms={
        "v_max": Term(meaning="The largest second moment so far. It never falls."),
    },
)


# Adam, and a pull towards zero beside it


def adamw(x, g, t, m, v, *, lr, beta1, beta2, eps, decay):
    x = x * (1 - lr * decay)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return x - lr * m_hat / (sqrt(v_hat) + eps), m, v


ADAMW = Optimizer(
    key="adamw",
    name="AdamW",
    group="adaptive",
    step=adamw,
    formula=r"\begin{aligned} m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, & "
    r"\hat m_t &= \frac{m_t}{1 - \beta_1^t}, \\ v_t &= \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2, & "
    r"\hat v_t &= \frac{v_t}{1 - \beta_2^t}, \\ "
    r"x_t &= (1 - \eta \lambda)\, x_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon} "
    r"\end{aligned}",
    hyperparameters=(rate(0.2), BETA1, BETA2, epsilon(1e-8), DECAY),
    state=("first moment", "second moment"),
    torch="AdamW",
    torch_arguments={"lr": "lr", "betas": ("beta1", "beta2"), "eps": "eps", "weight_decay": "decay"},
    reference="I. Loshchilov, F. Hutter, Decoupled weight decay regularization (2019), Algorithm 2",
    idea="Adam that also shrinks the point a little: the pull is not divided by the gradients' size.",
    remark="The decay pulls towards zero. Under noise, or while v̂ still remembers large gradients, the point "
    "stays off the minimum. PyTorch multiplies the decay by η; the paper by its schedule alone.",
    on_networks={"lr": 0.001},
)


# Adam whose second moment moves by steps of bounded size


def yogi(x, g, t, m, v, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = v - (1 - beta2) * sign(v - g * g) * g * g
    return x - lr * m / (sqrt(v) + eps), m, v


YOGI = Optimizer(
    key="yogi",
    name="Yogi",
    group="adaptive",
    step=yogi,
    formula=r"\begin{aligned} m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \\ "
    r"v_t &= v_{t-1} - (1 - \beta_2)\, \operatorname{sign}(v_{t-1} - g_t^2)\, g_t^2, \\ "
    r"x_t &= x_{t-1} - \eta\, \frac{m_t}{\sqrt{v_t} + \epsilon} \end{aligned}",
    hyperparameters=(rate(0.1), BETA1, BETA2, epsilon(1e-3)),
    state=("first moment", "second moment"),
    reference="M. Zaheer, S. Reddi, D. Sachan, S. Kale, S. Kumar, Adaptive methods for nonconvex "
    "optimization (2018), Algorithm 2",
    idea="Adam whose memory of large gradients fades slowly when small ones follow.",
    remark="As in the paper nothing is corrected for the start at zero; some programs correct both moments "
    "and start both at 1e-6.",
    on_networks={"lr": 0.01},
    terms={
        "v": Term(
            meaning="The second moment moves towards the square of the gradient, by a share of that square."
        ),
    },
)


# Adam that divides by how far gradients are from their mean


def adabelief(x, g, t, m, s, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * (g - m) * (g - m) + eps
    m_hat = m / (1 - beta1**t)
    s_hat = s / (1 - beta2**t)
    return x - lr * m_hat / (sqrt(s_hat) + eps), m, s


ADABELIEF = Optimizer(
    key="adabelief",
    name="AdaBelief",
    group="adaptive",
    step=adabelief,
    formula=r"\begin{aligned} m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, & "
    r"\hat m_t &= \frac{m_t}{1 - \beta_1^t}, \\ "
    r"s_t &= \beta_2 s_{t-1} + (1 - \beta_2)(g_t - m_t)^2 + \epsilon, & "
    r"\hat s_t &= \frac{s_t}{1 - \beta_2^t}, \\ "
    r"x_t &= x_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat s_t} + \epsilon} \end{aligned}",
    hyperparameters=(rate(0.1), BETA1, BETA2, epsilon(1e-8)),
    state=("first moment", "mean square surprise"),
    reference="J. Zhuang et al., AdaBelief optimizer: adapting stepsizes by the belief in observed "
    "gradients (2020), Algorithm 2",
    idea="Long steps where gradients are near their mean, short ones where they are not.",
    remark="ε is added to s at every step and to its root, as in the paper.",
    on_networks={"lr": 0.001, "eps": 1e-16},
    terms={
        "s": Term(meaning="A mean of the squares of g − m: how far gradients usually are from their mean."),
    },
)
