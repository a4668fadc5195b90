from kata.attempts import rewrite, slip

LOWEST = "torch.softmax(scores.masked_fill(~mask, lowest), dim=1) * mask"
UNIT = "x / torch.where(squares == 0, 1.0, squares).sqrt()"
LOSSES = "-torch.log_softmax(logits, dim=1)[torch.arange(len(labels)), labels]"
MEAN = "(losses * known).sum() / known.sum().clamp(min=1)"
COUNT = "known.sum().clamp(min=1)"

from_the_library = rewrite(
    {
        LOWEST: "torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=1).nan_to_num()",
        UNIT: "torch.nn.functional.normalize(x, dim=1)",
        f"losses = {LOSSES}\nreturn {MEAN}": (
            "total = torch.nn.functional.cross_entropy(\n"
            '    logits, labels, ignore_index=-1, reduction="sum"\n'
            ")\n"
            "return total / max(int(known.sum()), 1)"
        ),
    }
)

with_cases = rewrite(
    {
        LOWEST: (
            "torch.softmax(\n"
            "    torch.where(mask | ~mask.any(dim=1, keepdim=True), scores, -torch.inf), dim=1\n"
            ").masked_fill(~mask, 0.0)"
        ),
        f"return {UNIT}": (
            "directed = (squares > 0)[:, 0]\n"
            "result = torch.zeros_like(x)\n"
            "result[directed] = x[directed] / squares[directed].sqrt()\n"
            "return result"
        ),
        f"losses = {LOSSES}": (
            "if not known.any():\n"
            "    return (logits * 0.0).sum()\n"
            "logits, labels = logits[known], labels[known]\n"
            "at_label = logits.gather(1, labels[:, None])[:, 0]\n"
            "losses = torch.logsumexp(logits, dim=1) - at_label"
        ),
        MEAN: "losses.mean()",
    }
)

# --- masked_softmax ----------------------------------------------------------------------------

nothing_to_see = slip(
    "A row in which all scores are −∞ is nan: the maximum is subtracted, and −∞ − (−∞) is nan.",
    {LOWEST: "torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=1)"},
)

equal_weights_for_nothing = slip(
    "A row without any visible entry gets equal weights; it should get zeros.",
    {LOWEST: "torch.softmax(scores.masked_fill(~mask, lowest), dim=1)"},
)

hidden_by_a_small_number = slip(
    "Hidden entries are set to a number that visible scores may reach, so it hides nothing there.",
    {LOWEST: "torch.softmax(scores.masked_fill(~mask, -1e4), dim=1) * mask"},
)

hidden_set_to_zero = slip(
    "Hidden scores are set to 0 before the softmax. exp(0) is 1, so they still take a share.",
    {LOWEST: "torch.softmax(scores * mask, dim=1) * mask"},
)

masked_after_the_softmax = slip(
    "The mask is applied to the finished softmax: the visible weights no longer add up to 1.",
    {LOWEST: "torch.softmax(scores, dim=1) * mask"},
)

without_the_maximum = slip(
    "exp overflows or underflows for large scores: the row's maximum is not subtracted first.",
    {
        LOWEST: (
            "scores.exp() * mask / (scores.exp() * mask).sum(dim=1, keepdim=True).clamp(min=1e-300)"
        )
    },
)

mask_inverted = slip(
    "The mask is inverted: the visible entries are hidden, and the hidden ones are seen.",
    {LOWEST: "torch.softmax(scores.masked_fill(mask, lowest), dim=1) * ~mask"},
)

a_small_number_under_the_weights = slip(
    "A small number added to the sum of the weights also changes rows that needed no help.",
    {
        LOWEST: (
            "torch.softmax(scores.masked_fill(~mask, lowest), dim=1) * mask\n"
            "weights = weights / (weights.sum(dim=1, keepdim=True) + 1e-6)\n"
            "return weights"
        ),
        "return torch.softmax": "weights = torch.softmax",
    },
)

# --- unit_rows ---------------------------------------------------------------------------------

zero_by_zero = slip(
    "A row of zeros is divided by its length: 0/0 is nan.", {UNIT: "x / squares.sqrt()"}
)

chosen_after_the_division = slip(
    "The values are right, but a row of zeros has a gradient of nan. What is replaced only after a "
    "root or a division at 0 still sends 0 · ∞ back.",
    {UNIT: "torch.where(squares == 0, 0.0, x / squares.sqrt())"},
)

too_small_for_float32 = slip(
    "What keeps the root from 0 is so small that float32 rounds it to 0: a row of zeros gives nan.",
    {UNIT: "x / squares.clamp(min=1e-300).sqrt()"},
)

eps_beside_the_length = slip(
    "A small number is added to every length, so all rows come out too short.",
    {UNIT: "x / (torch.where(squares == 0, 1.0, squares).sqrt() + 1e-8)"},
)

eps_in_the_root = slip(
    "A small number is added to the squares of every row, so short rows come out too short.",
    {UNIT: "x / (squares + 1e-12).sqrt()"},
)

never_shorter_than_a_millionth = slip(
    "Lengths are limited from below at a number that real rows may fall short of.",
    {UNIT: "x / squares.clamp(min=1e-8).sqrt()"},
)

without_the_root = slip(
    "Rows are divided by the square of their length; the root is missing.",
    {UNIT: "x / torch.where(squares == 0, 1.0, squares)"},
)

columns_for_rows = slip(
    "The columns are scaled to length 1, not the rows.",
    {"squares = (x * x).sum(dim=1, keepdim=True)": "squares = (x * x).sum(dim=0, keepdim=True)"},
)

# --- cross_entropy -----------------------------------------------------------------------------

logarithm_of_zero = slip(
    "A probability below the smallest float is 0, and −log 0 is inf. Where does the logarithm get "
    "rid of exp?",
    {LOSSES: "-torch.log(torch.softmax(logits, dim=1)[torch.arange(len(labels)), labels])"},
)

eps_in_the_logarithm = slip(
    "A small number added to the probability caps the loss: a sure and wrong prediction costs too "
    "little.",
    {
        LOSSES: (
            "-torch.log(torch.softmax(logits, dim=1)[torch.arange(len(labels)), labels] + 1e-12)"
        )
    },
)

clipped_probabilities = slip(
    "Clipped probabilities cap the loss, and have no gradient where the prediction is most wrong.",
    {
        LOSSES: (
            "-torch.softmax(logits, dim=1)[torch.arange(len(labels)), labels]"
            ".clamp(min=1e-12)"
            ".log()"
        )
    },
)

clipped_logits = slip(
    "Clipped logits change the loss, and have no gradient beyond the limit.",
    {"log_softmax(logits, dim=1)": "log_softmax(logits.clamp(-50.0, 50.0), dim=1)"},
)

mean_of_nothing = slip(
    "Without any label the mean is a sum of nothing divided by 0: nan.", {COUNT: "known.sum()"}
)

nan_replaced_in_the_loss = slip(
    "Without any label the loss is 0, but its gradients are nan: the division by 0 is still there.",
    {MEAN: "((losses * known).sum() / known.sum()).nan_to_num()"},
)

eps_beside_the_count = slip(
    "A small number added to the count makes every mean too small.", {COUNT: "(known.sum() + 1e-6)"}
)

mean_over_all_rows = slip(
    "The sum is divided by the number of all rows. Rows without a label should not count.",
    {COUNT: "max(len(labels), 1)"},
)

sum_for_mean = slip("The losses are added up; their mean is asked for.", {f" / {COUNT}": ""})

last_class_for_none = slip(
    "A label of -1 is taken as an index: the row counts as one of the last class.",
    {MEAN: "losses.mean()"},
)

# --- loss_and_gradients ------------------------------------------------------------------------

temperature_multiplied = slip(
    "The cosines are multiplied by the temperature; they should be divided by it.",
    {".T / temperature": ".T * temperature"},
)

classes_of_any_length = slip(
    "The vectors of the classes are compared at their own lengths.",
    {"unit_rows(classes).T": "classes.T"},
)

sets_of_any_length = slip(
    "The averages of the sets are compared at their own lengths.",
    {"unit_rows(pooled) @": "pooled @"},
)

logits_without_nan = slip(
    "Logits are cut off far inside the range that small temperatures lead to.",
    {".T / temperature": ".T / temperature\nlogits = logits.clamp(-10.0, 10.0)"},
)

gradients_cut_off = slip(
    "The gradients are clipped, so large ones are no longer the gradients of the loss.",
    {
        "list(torch.autograd.grad(loss, parameters))": (
            "[grad.clamp(-1e-2, 1e-2) for grad in torch.autograd.grad(loss, parameters)]"
        )
    },
)
