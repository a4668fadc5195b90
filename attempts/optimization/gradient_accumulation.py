import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.optimization.gradient_accumulation import accumulate

ADD = "grad += n * grad_b"
START = "if not grads:\n    grads = [np.zeros_like(grad) for grad in grads_b]\n"
LOOP = "for grad, grad_b in zip(grads, grads_b, strict=True):\n    grad += n * grad_b"
SKIP = "if n == 0:\n    continue  # Its mean may be nan, and 0 · nan is nan."
RETURN = "return loss / total, [grad / total for grad in grads]"


@right(accumulate)
def with_a_running_mean(gradients, batches):
    """Each batch moves the mean so far by its share of all that was seen."""
    seen, mean, means = 0, 0.0, None
    for batch in batches:
        loss, grads, n = gradients(batch)
        if not n:
            continue
        seen += n
        share = n / seen
        mean += share * (loss - mean)
        if means is None:
            means = [np.array(grad) for grad in grads]
        else:
            pairs = zip(means, grads, strict=True)
            means = [mean_of + share * (grad - mean_of) for mean_of, grad in pairs]
    if means is None:
        raise ValueError("there is nothing to average")
    return mean, means


without_writing_in_place = rewrite(
    {
        START + LOOP: (
            "scaled = [n * grad_b for grad_b in grads_b]\n"
            "grads = [a + b for a, b in zip(grads, scaled)] if grads else scaled"
        )
    }
)

# --- The weights -------------------------------------------------------------------------------

means_of_means = slip(
    "Every batch counts alike, so the terms of a smaller batch count for more.",
    {"total += n": "total += 1", "loss += n * loss_b": "loss += loss_b", ADD: "grad += grad_b"},
)

loss_over_batches = slip(
    "The loss is a mean over batches: the terms of a smaller batch count for more.",
    {
        "loss += n * loss_b": "loss += loss_b",
        "total, loss = 0, 0.0": "total, loss, used = 0, 0.0, 0",
        "total += n": "total, used = total + n, used + 1",
        "return loss / total": "return loss / used",
    },
)

gradients_over_batches = slip(
    "The gradients are a mean over batches: the terms of a smaller batch count for more.",
    {
        "total, loss = 0, 0.0": "total, loss, used = 0, 0.0, 0",
        "total += n": "total, used = total + n, used + 1",
        ADD: "grad += grad_b",
        "[grad / total for": "[grad / used for",
    },
)

means_added_up = slip(
    "The batches' means are added up, as by several `backward` calls: the step grows with their "
    "number.",
    {"loss += n * loss_b": "loss += loss_b", ADD: "grad += grad_b", RETURN: "return loss, grads"},
)

gradients_added_up = slip(
    "The batches' gradients are added up, as by several `backward` calls, but never divided: the "
    "step grows with the number of batches.",
    {ADD: "grad += grad_b", "[grad / total for": "[grad for"},
)

never_divided = slip(
    "These are sums over all terms. The division by their number is missing.",
    {RETURN: "return loss, grads"},
)

gradients_never_divided = slip(
    "The gradients are sums over all terms, though the loss is their mean.",
    {"[grad / total for": "[grad for"},
)

sums_for_means = slip(
    "What `gradients` returns is taken for a sum. It is a mean over the batch's terms.",
    {"loss += n * loss_b": "loss += loss_b", ADD: "grad += grad_b"},
)

divided_by_the_number_of_batches = slip(
    "The sums over all terms are divided by the number of batches, not of terms.",
    {"total += n": "total += 1"},
)

divided_by_the_last_size = slip(
    "The sums are divided by the number of terms of the last batch, not of all.",
    {"total += n": "total = n"},
)

weighted_by_the_square = slip(
    "A batch's weight is the square of its number of terms.",
    {"total += n": "total += n**2", "n * loss_b": "n**2 * loss_b", ADD: "grad += n**2 * grad_b"},
)

# --- What takes part ---------------------------------------------------------------------------

only_the_last_batch = slip(
    "Only the last batch is left: each one overwrites what the others gave.",
    {
        "total += n": "total = n",
        "loss += n * loss_b": "loss = n * loss_b",
        ADD: "grad[...] = n * grad_b",
    },
)

last_batch_dropped = slip(
    "The last batch is left out.",
    {"for batch in batches:": "for batch in batches[: max(len(batches) - 1, 1)]:"},
)

only_whole_batches = slip(
    "Batches smaller than the first are left out.",
    {"if n == 0:": ("first = n if total == 0 else first\nif n == 0 or n < first:")},
)

first_batch_twice = slip(
    "The first batch's gradients count twice: they start the sum, and are added to it.",
    {"np.zeros_like(grad) for": "n * grad for"},
)

empty_batches_add_nan = slip(
    "A batch with n = 0 makes everything nan: 0 · nan is nan.", {SKIP: "pass"}
)

the_end_at_an_empty_batch = slip(
    "A batch with n = 0 ends the loop: those after it are lost.", {"continue  #": "break  #"}
)

nan_left_out = slip(
    "A batch whose loss is nan is left out, though it has terms. That would hide a network that "
    "diverges.",
    {"if n == 0:": "if n == 0 or loss_b != loss_b:"},
)

skipped_by_its_loss = slip(
    "A batch is skipped where its loss is nan. It should be where n is 0, and there alone.",
    {"if n == 0:": "if loss_b != loss_b:"},
)

zero_as_missing = slip(
    "A batch is skipped where its loss is 0. It should be where n is.",
    {"if n == 0:": "if n == 0 or not loss_b:"},
)

# --- What is kept ------------------------------------------------------------------------------

sum_in_the_first_arrays = slip(
    "The sum is kept in the arrays of the first call. They belong to `gradients`, which may "
    "overwrite them.",
    {
        START + LOOP: (
            "if not grads:\n"
            "    grads = grads_b\n"
            "    for grad in grads:\n"
            "        grad *= n\n"
            "    continue\n" + LOOP
        )
    },
)

all_gradients_kept = slip(
    "The gradients of all batches are kept until the end. What accumulation saves is just that "
    "memory.",
    {
        "total, loss = 0, 0.0": "total, loss, kept = 0, 0.0, []",
        ADD: "grad += n * grad_b\nkept.append(grad_b)",
    },
)

lists_of_references = slip(
    "The gradients of all batches are collected without a copy. Where `gradients` uses its arrays "
    "again, they are all those of the last call, and the memory of all is held.",
    {
        "total, loss = 0, 0.0": "total, loss, kept = 0, 0.0, []",
        START + LOOP: "kept.append((n, grads_b))",
        RETURN: (
            "columns = zip(*[[n * grad for grad in one] for n, one in kept])\n"
            "return loss / total, [sum(column) / total for column in columns]"
        ),
    },
)

nothing_to_average = slip(
    "Where no batch has a term, the loss comes back as 0 or nan. It should raise a ValueError.",
    {'raise ValueError(f"none of {len(batches)} batches has a term")': "total = 1"},
)

division_by_zero = slip(
    "Where no batch has a term, it ends in a ZeroDivisionError. Check for that, and raise a "
    "ValueError.",
    {"if total == 0:": "if False:"},
)
