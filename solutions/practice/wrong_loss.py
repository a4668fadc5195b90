"""Four losses that are computed wrongly.

This program trains one network for four tasks: a topic and tags for each text, a label for each of
its words, and a teacher to imitate. As handed out it runs without an error. But none of the four
losses is what its docstring says.

The floats of a call share one dtype, float32 or float64, and so does the loss.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor


def topic_loss(logits: Float[Tensor, "n c"], topics: Int[Tensor, "n"]) -> Float[Tensor, ""]:
    """Return the mean over n texts of −log softmax(logits)[topic].

    Numerics  exact for logits within ±1000, as in all losses here
    """
    # It takes logits: the softmax is inside.
    return F.cross_entropy(logits, topics)


def tag_loss(logits: Float[Tensor, "n k"], tags: Float[Tensor, "n k"]) -> Float[Tensor, ""]:
    """Return the mean over all n · k tags of the binary cross-entropy.

    A text may have several tags. With p = sigmoid(logit), a tag that is there (1) costs −log p, and
    one that is not (0) costs −log(1 − p).
    """
    return F.binary_cross_entropy_with_logits(logits, tags)


def word_loss(logits: Float[Tensor, "n t c"], labels: Int[Tensor, "n t"]) -> Float[Tensor, ""]:
    """Return the mean over all words of −log softmax(logits)[label].

    A label of -100 marks padding, which does not count. At least one word is there.
    """
    # The classes belong on axis 1; a reshape to (n, c, t) would tear words apart.
    return F.cross_entropy(logits.transpose(1, 2), labels)


def imitation_loss(
    student: Float[Tensor, "n c"], teacher: Float[Tensor, "n c"], temperature: float
) -> Float[Tensor, ""]:
    """Return temperature² times the mean over n texts of the divergence KL(teacher ‖ student).

        KL(q ‖ p) = Σⱼ q[j] · (log q[j] − log p[j])

    where q and p are the softmax of teacher / temperature and of student / temperature. Arguments
    are logits.
    """
    log_p = torch.log_softmax(student / temperature, dim=1)
    log_q = torch.log_softmax(teacher / temperature, dim=1)
    # "mean" would divide by n · c.
    return temperature**2 * F.kl_div(log_p, log_q, reduction="batchmean", log_target=True)


def total_loss(
    outputs: dict[str, Tensor], targets: dict[str, Tensor], temperature: float
) -> Float[Tensor, ""]:
    """Return the sum of the four losses. Both dicts have the keys topic, tags, words and teacher.

    `outputs["teacher"]` are the student's logits that imitate `targets["teacher"]`.
    """
    return (
        topic_loss(outputs["topic"], targets["topic"])
        + tag_loss(outputs["tags"], targets["tags"])
        + word_loss(outputs["words"], targets["words"])
        + imitation_loss(outputs["teacher"], targets["teacher"], temperature)
    )
