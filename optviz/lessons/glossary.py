"""The terms and symbols of the course, in one sentence each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A term, its symbol as LaTeX or "", its Chinese name, and what it means."""

    name: str
    symbol: str
    chinese: str
    meaning: str


GLOSSARY: tuple[Term, ...] = (
    Term("objective", "f", "目标函数", "What is to be made small; with networks it is called the loss."),
    Term("gradient", r"\nabla f", "梯度", "The slopes along all coordinates; it points uphill."),
    Term("learning rate", r"\eta", "学习率", "How long a step is for a slope of 1; lr in PyTorch."),
    Term("step", "t", "步", "One update of the point or of the weights."),
    Term("momentum", r"\beta", "动量", "The share of the velocity that is kept from step to step."),
    Term(
        "memory of RMSProp",
        r"\alpha",
        "平滑系数",
        "The share of the mean square that is kept; about 1/(1 − α) steps.",
    ),
    Term("first moment", r"\hat m", "一阶矩", "The fading mean of the gradients in Adam."),
    Term("second moment", r"\hat v", "二阶矩", "The fading mean of the squared gradients in Adam."),
    Term(
        "epsilon",
        r"\epsilon",
        "平滑项",
        "A tiny number that keeps a division from failing; the share in label smoothing.",
    ),
    Term(
        "curvature",
        r"\lambda",
        "曲率",
        "How fast the slope changes; an eigenvalue of the Hessian. λmax is the largest.",
    ),
    Term(
        "condition number",
        r"\kappa",
        "条件数",
        "The largest curvature over the smallest: how narrow a ravine is.",
    ),
    Term(
        "weight decay",
        r"\lambda",
        "权重衰减",
        "How much the squared length of the weights counts in the loss.",
    ),
    Term("edge of stability", "", "稳定边界", "The learning rate above which a run diverges."),
    Term("convergence", "", "收敛", "A run comes to the minimum and stays."),
    Term("saddle", "", "鞍点", "A place with zero slope from which f falls to two sides and rises to two."),
    Term("plateau", "", "平坦区", "A region where the gradient is nearly zero, far from a minimum."),
    Term("basin", "", "吸引域", "All starts from which a run ends in the same minimum."),
    Term(
        "noise", r"\sigma", "噪声", "The standard deviation of what is added by chance; σ(z) is the sigmoid."
    ),
    Term("random draw", r"\xi", "随机变量", "A number drawn from N(0, 1)."),
    Term("batch", "B", "批", "The examples that share one step."),
    Term("epoch", "", "轮次", "One pass through all training examples."),
    Term("seed", "", "随机种子", "The number that settles everything that is drawn by chance."),
    Term("schedule", "", "学习率调度", "How the learning rate changes from step to step."),
    Term("activation", "a(z)", "激活函数", "The function that bends what a unit computes."),
    Term("logit", "z", "逻辑值", "A number before sigmoid or softmax turns it into a probability."),
    Term("temperature", "T", "温度", "What logits are divided by before softmax."),
    Term("probability of heads", r"\theta", "参数", "The parameter of a coin that is to be found."),
    Term("entropy", "H(p)", "熵", "The mean surprise of what is drawn from p, in nats."),
    Term("divergence", r"\mathrm{KL}", "KL 散度", "What believing q costs beyond the entropy of p."),
    Term("overfitting", "", "过拟合", "Training examples are learned by heart, fresh ones are not."),
    Term(
        "dropout", "p", "暂退法", "Units are switched off at random while training, each with probability p."
    ),
)
