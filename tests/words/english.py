"""Finds what a page in another language still says in English."""

import re

_NAMES = """
    AdaGrad AdamW Adam NAdam RAdam Adamax AMSGrad Adadelta RMSProp Rprop Adan Yogi Lion Prodigy Muon SAM
    Armijo Nesterov Polyak Newton BFGS Nelder Mead Heun Lookahead SGD NAG ASGD GD PyTorch torch optim
    numpy NumPy SciPy Python JavaScript MNIST Fashion sklearn scikit learn digits CPU GPU CUDA MLP ReLU
    LeakyReLU Leaky ELU GELU SiLU Swish Mish Softplus Sigmoid Tanh tanh sigmoid softmax LogSoftmax
    dropout Dropout Kaiming Xavier He Glorot optviz CSV PNG SVG GIF WebP HTML JSON URL QR KL MSE MAE BCE
    NLL lr beta eps Rosenbrock Himmelblau Beale Booth Rastrigin Ackley Griewank Levy Matyas Branin Bukin
    Goldstein Price McCormick Styblinski Tang Easom Schwefel Zakharov Sphere Hessian PostgreSQL SQLite
    Dask OSV Escape Home Ctrl Shift Tab English Safari Chromium Firefox README docs nats Hz MiB kB ms
"""
#: Names, and words that stand in Chinese texts as they are.
NAMES = frozenset(_NAMES.split())
HIDDEN = re.compile(
    r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|```.*?```|<style.*?</style>|<[^>]*>|:[a-z_/]+:|https?://\S+|\]\([^)]*\)|&\w+;",
    re.DOTALL,
)
WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")


def left_in_english(text: str, most: int = 1) -> list[str]:
    """Runs of more than `most` English words in Markdown; formulas, code and names do not count."""
    plain = HIDDEN.sub("。", text)
    runs: list[str] = []
    for part in re.split(r"[^A-Za-z'’ -]+", plain):
        told = [word for word in WORD.findall(part) if len(word) > 1 and word not in NAMES]
        if len(told) > most:
            runs.append(part.strip())
    return runs
