"""Classes of 90 minutes: which lessons in which order, for how long, and what to listen for."""

from dataclasses import dataclass

from optviz.words import Message


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a class: a lesson by its key, its minutes, what many believe, and what the class does."""

    lesson: str
    minutes: int
    believed: Message
    does: Message


@dataclass(frozen=True, slots=True)
class Plan:
    """A class: what students can do after it, what they know before, and its parts in order."""

    key: str
    title: Message
    objective: Message
    before: Message
    parts: tuple[Part, ...]

    @property
    def minutes(self) -> int:
        """How long the whole class takes."""
        return sum(part.minutes for part in self.parts)

    def begins(self, place: int) -> int:
        """The minute at which a part begins; `place` counts from 0."""
        return sum(part.minutes for part in self.parts[:place])

    def place(self, lesson: str) -> int | None:
        """The place of a lesson in the class, from 0; None if it is not in it."""
        return next((k for k, part in enumerate(self.parts) if part.lesson == lesson), None)


PLANS: dict[str, Plan] = {
    plan.key: plan
    for plan in (
        Plan(
            "step-size",
            "Step size: which learning rates converge?",
            "Students can compute from the curvature which learning rates converge, and say why one rate "
            "cannot suit a steep and a flat direction.",
            "They know derivatives and partial derivatives.",
            (
                Part(
                    "gd-1d",
                    10,
                    "Every step has the same length, because the learning rate is constant.",
                    "Compute two steps by hand, then compare with the picture.",
                ),
                Part(
                    "gd-1d-too-small",
                    10,
                    "A smaller learning rate is always safer and costs little.",
                    "In pairs: halve the rate until it no longer arrives in the given steps.",
                ),
                Part(
                    "gd-1d-diverges",
                    15,
                    "When the loss grows, more steps will mend it.",
                    "Search for the edge with the slider, then derive it from 1 − 2η.",
                ),
                Part(
                    "gd-local-minimum",
                    10,
                    "Gradient descent finds the lowest point.",
                    "Everybody chooses a start; collect which valley each one reached.",
                ),
                Part(
                    "gd-2d",
                    10,
                    "In two dimensions everything is different.",
                    "Write the update of each coordinate by itself.",
                ),
                Part(
                    "gd-ravine",
                    15,
                    "The path follows the valley because the gradient points to the minimum.",
                    "Draw the gradient at a point of the wall, then play the path.",
                ),
                Part(
                    "gd-ravine-diverges",
                    10,
                    "If the path is nearly on the floor, the steep direction no longer matters.",
                    "Compute 1 − ηλ for both directions.",
                ),
                Part(
                    "clamped",
                    10,
                    "What a plot shows is what the run did.",
                    "Find in the code what the plot hides. Close with one sentence from each pair.",
                ),
            ),
        ),
        Plan(
            "noise-and-adam",
            "Noise and Adam: from batches to a rate for each coordinate",
            "Students can say what a batch size costs, put Adam together from its parts, and find a "
            "missing bias correction from a path.",
            "They know the class on step size, or its chapters.",
            (
                Part(
                    "gradient_descent_kinds",
                    12,
                    "Stochastic descent is a worse version of batch descent.",
                    "Compare the three paths at the same work.",
                ),
                Part(
                    "loop",
                    8,
                    "If the loss falls, the loop is right.",
                    "Read the code for three minutes in silence, then vote.",
                ),
                Part(
                    "schedules",
                    10,
                    "A good rate is good from the first step to the last.",
                    "Compare the end of the loss curve with a constant and with a fading rate.",
                ),
                Part(
                    "momentum",
                    12,
                    "Momentum is only a larger learning rate.",
                    "Follow one coordinate that swings and one that does not.",
                ),
                Part(
                    "adagrad",
                    10,
                    "All coordinates need the same rate.",
                    "Compare the effective rates of the two coordinates at the first step.",
                ),
                Part(
                    "rmsprop",
                    10,
                    "AdaGrad and RMSProp differ only in a constant.",
                    "Say which of the two forgets old gradients, and after about how many steps.",
                ),
                Part(
                    "adam",
                    15,
                    "Adam needs no learning rate.",
                    "Write m and v of the first two steps by hand, with the correction.",
                ),
                Part(
                    "adam-uncorrected",
                    13,
                    "The bias correction is a detail that one may leave out.",
                    "Find the mistake in the code, then explain the first step. Close with the vote.",
                ),
            ),
        ),
        Plan(
            "losses-and-generalization",
            "Losses and generalization: what is fitted, and what is learned",
            "Students can choose a loss for a task, compute it by hand, and recognize and reduce "
            "overfitting.",
            "They know logarithms and the class on step size.",
            (
                Part(
                    "softmax",
                    10,
                    "Shares depend on how large the logits are.",
                    "Add 5 to every logit, predict, then look.",
                ),
                Part(
                    "surprise",
                    8,
                    "Information is a matter of feeling.",
                    "Compute the information of a fair coin and of a sure event.",
                ),
                Part(
                    "nll",
                    12,
                    "The loss looks at all classes alike.",
                    "Compute the printed example by hand; compare with the picture.",
                ),
                Part(
                    "cross_entropy",
                    12,
                    "A network should end with softmax before the cross entropy of PyTorch.",
                    "Find out what a second softmax does to the loss.",
                ),
                Part(
                    "pull",
                    13,
                    "Squared error works for classification as well as anything else.",
                    "Compare the two gradients where the answer is most wrong.",
                ),
                Part(
                    "fitting",
                    15,
                    "A lower training loss is a better model.",
                    "Vote at which degree the test error turns, then show the picture.",
                ),
                Part(
                    "weight_decay",
                    10,
                    "Weight decay makes every weight zero in the end.",
                    "Compare the test loss with and without a penalty, then count the zeros.",
                ),
                Part(
                    "masks",
                    10,
                    "Dropout is switched on in the test, too.",
                    "Compute the mean of the masked outputs. Close with one sentence from each pair.",
                ),
            ),
        ),
    )
}
