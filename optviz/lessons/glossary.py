"""The terms and symbols of the course in both languages, in one sentence each.

A message that is one of these terms is translated as it stands here; tests/words/ holds the catalogues to it.
"""

from dataclasses import dataclass

from optviz.words import Message


@dataclass(frozen=True, slots=True)
class Term:
    """A term, its symbol as LaTeX or "", its Chinese name, what it means, and other Chinese names of it."""

    name: str
    symbol: str
    chinese: str
    meaning: Message
    also: tuple[str, ...] = ()

    @property
    def in_chinese(self) -> str:
        """The Chinese name with the others behind it."""
        return f"{self.chinese}（{'、'.join(self.also)}）" if self.also else self.chinese


GLOSSARY: tuple[Term, ...] = (
    Term("objective", "f", "目标函数", "What is to be made small; with networks it is called the loss."),
    Term("loss", "L", "损失", "How wrong the answers of a model are, as one number.", ("损失函数",)),
    Term("gradient", r"\nabla f", "梯度", "The slopes along all coordinates; it points uphill."),
    Term("gradient descent", "", "梯度下降", "Steps against the gradient, each as long as rate times slope."),
    Term(
        "stochastic gradient descent",
        "",
        "随机梯度下降",
        "Gradient descent with the gradient of a few examples drawn at random in place of all.",
    ),
    Term("learning rate", r"\eta", "学习率", "How long a step is for a slope of 1; lr in PyTorch."),
    Term("step", "t", "步", "One update of the point or of the weights."),
    Term("optimizer", "", "优化器", "The rule that makes a step from the gradients."),
    Term("hyperparameter", "", "超参数", "A number that is chosen before training, such as the rate."),
    Term("trajectory", "", "轨迹", "The points of a run one after the other.", ("路径",)),
    Term("momentum", r"\beta", "动量", "The share of the velocity that is kept from step to step."),
    Term("velocity", "v", "速度", "The fading sum of the gradients that momentum steps along."),
    Term(
        "memory of RMSProp",
        r"\alpha",
        "平滑系数",
        "The share of the mean square that is kept; about 1/(1 − α) steps.",
    ),
    Term("first moment", r"\hat m", "一阶矩", "The fading mean of the gradients in Adam."),
    Term("second moment", r"\hat v", "二阶矩", "The fading mean of the squared gradients in Adam."),
    Term(
        "bias correction",
        "",
        "偏差修正",
        "What makes up for moments that start at zero: Adam divides them by 1 − βᵗ.",
    ),
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
    Term("divergence of a run", "", "发散", "A run goes farther and farther away."),
    Term("oscillation", "", "振荡", "A run swings from side to side.", ("震荡",)),
    Term("minimum", "", "极小点", "A place from which f rises to all sides.", ("极小值点",)),
    Term("global minimum", "", "全局极小点", "The lowest of all places.", ("最小点",)),
    Term("local minimum", "", "局部极小点", "A minimum that need not be the lowest.", ("局部最小",)),
    Term("saddle", "", "鞍点", "A place with zero slope from which f falls to two sides and rises to two."),
    Term("plateau", "", "平坦区", "A region where the gradient is nearly zero, far from a minimum."),
    Term("ravine", "", "峡谷", "A valley with steep walls and a floor that hardly falls."),
    Term("basin", "", "吸引域", "All starts from which a run ends in the same minimum."),
    Term(
        "noise", r"\sigma", "噪声", "The standard deviation of what is added by chance; σ(z) is the sigmoid."
    ),
    Term("random draw", r"\xi", "随机变量", "A number drawn from N(0, 1)."),
    Term("batch", "B", "批", "The examples that share one step.", ("批量",)),
    Term("mini-batch", "B", "小批量", "A batch of some examples, not of all."),
    Term("batch size", "", "批大小", "How many examples a batch has.", ("批量大小",)),
    Term("epoch", "", "轮", "One pass through all training examples.", ("轮次", "周期")),
    Term("seed", "", "随机种子", "The number that settles everything that is drawn by chance."),
    Term("schedule", "", "学习率调度", "How the learning rate changes from step to step."),
    Term("warm-up", "", "预热", "The first steps, in which the rate rises from nearly zero."),
    Term("layer", "", "层", "Units side by side that all see the same inputs."),
    Term("unit", "", "单元", "One output of a layer: a weighted sum and its activation.", ("神经元",)),
    Term("weights", "w", "权重", "The factors of a layer's inputs, which training changes."),
    Term("bias", "b", "偏置", "What a unit adds to its weighted sum."),
    Term("initialization", "", "初始化", "How the first weights are drawn."),
    Term("activation", "a(z)", "激活函数", "The function that bends what a unit computes."),
    Term("dead unit", "", "死亡单元", "A unit whose gradient is zero for every example."),
    Term("logit", "z", "logit", "A number before sigmoid or softmax turns it into a probability."),
    Term("temperature", "T", "温度", "What logits are divided by before softmax."),
    Term("probability", "p", "概率", "How likely something is, from 0 to 1."),
    Term("probability of heads", r"\theta", "参数", "The parameter of a coin that is to be found."),
    Term("entropy", "H(p)", "熵", "The mean surprise of what is drawn from p, in nats."),
    Term(
        "cross entropy", "H(p, q)", "交叉熵", "The mean surprise of what p draws for somebody who expects q."
    ),
    Term("divergence", r"\mathrm{KL}", "KL 散度", "What believing q costs beyond the entropy of p."),
    Term(
        "label smoothing",
        "",
        "标签平滑",
        "A target takes a small share from the right class and spreads it over all.",
    ),
    Term("accuracy", "", "准确率", "The share of the examples that are answered right."),
    Term("overfitting", "", "过拟合", "Training examples are learned by heart, fresh ones are not."),
    Term("generalization", "", "泛化", "What was learned holds for fresh examples, too."),
    Term("regularization", "", "正则化", "Whatever holds a model back from learning by heart."),
    Term(
        "dropout",
        "p",
        "Dropout",
        "Units are switched off at random while training, each with probability p.",
        ("暂退法", "丢弃法"),
    ),
)
#: What people type for what the lessons call otherwise.
SYNONYMS = {
    "epoch": "epochs",
    "overfit": "overfitting",
    "nag": "nesterov",
    "sgd": "stochastic",
    "ce": "cross entropy",
    "bce": "binary cross entropy",
    "l1": "diamond",
    "l2": "circle",
}


def called(word: str) -> list[str]:
    """What the lessons may call a word that somebody searches for, in lower case."""
    word = word.lower()
    terms = [t for t in GLOSSARY if word in (t.chinese.lower(), *t.also)]
    return [SYNONYMS.get(word, word), *(n.lower() for t in terms for n in (t.name, t.chinese))]
