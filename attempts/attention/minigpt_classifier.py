import torch
import torch.nn.functional as F

from kata.attempts import rewrite, slip

POOLED = "self.features(tokens)[torch.arange(len(tokens)), lengths - 1]"
CHECK = "if lengths.min() < 1 or lengths.max() > t:"
LOGITS = (
    'return F.linear(self._pooled(tokens, lengths), self.weights["head"], self.weights["bias"])'
)
LOSS = "return F.cross_entropy(self.class_logits(tokens, lengths), labels)"
OWN_LOSS = "loss = F.cross_entropy(F.linear(pooled, *head), labels)"
GRADS = 'zip(("head", "bias"), torch.autograd.grad(loss, head), strict=True)'
MOVED = "self.weights[name] = self.weights[name] - lr * grad"
MASK = "real = (torch.arange(t) < lengths[:, None])[:, :, None]\nfeatures = self.features(tokens)"

with_gather_and_sgd = rewrite(
    {
        POOLED: (
            "self.features(tokens).gather(1, (lengths - 1)[:, None, None].expand(-1, 1, "
            'len(self.weights["norm"]))).squeeze(1)'
        ),
        LOGITS: (
            'return self._pooled(tokens, lengths) @ self.weights["head"].T + self.weights["bias"]'
        ),
        CHECK: "if not all(0 < length <= t for length in lengths.tolist()):",
        OWN_LOSS: (
            f"optimizer = torch.optim.SGD(head, lr)\n{OWN_LOSS}\nloss.backward()\noptimizer.step()"
        ),
        f"for name, grad in {GRADS}:\n    {MOVED}": (
            'self.weights["head"], self.weights["bias"] = (part.detach() for part in head)'
        ),
    }
)

with_a_sequence_at_a_time_and_formulas = rewrite(
    {
        POOLED: (
            "torch.stack([self.features(row[None, :length])[0, -1] "
            "for row, length in zip(tokens, lengths.tolist())])"
        ),
        LOSS: (
            "log_probs = self.class_logits(tokens, lengths).log_softmax(dim=-1)\n"
            "return -log_probs[torch.arange(len(labels)), labels].mean()"
        ),
        GRADS: ('zip(("head", "bias"), ((error.T @ pooled).detach(), error.sum(dim=0).detach()))'),
        OWN_LOSS: (
            f"{OWN_LOSS}\n"
            "error = F.linear(pooled, *head).softmax(dim=1)\n"
            "error = (error - F.one_hot(labels, error.shape[1])) / len(labels)"
        ),
        MOVED: "self.weights[name] -= lr * grad",
    }
)

with_all_padding_the_last_token = rewrite(
    {
        POOLED: (
            "self.features(torch.where(torch.arange(t) < lengths[:, None], tokens, 0))"
            "[range(len(tokens)), lengths.sub(1)]"
        ),
    }
)

# --- Which features ----------------------------------------------------------------------------

last_column = slip(
    "The last column is taken for all sequences. In the shorter ones it is padding.",
    {"[torch.arange(len(tokens)), lengths - 1]": "[:, -1]"},
)

first_token = slip(
    "The first token's features are taken, as in BERT. Under a causal mask it has seen itself "
    "alone.",
    {"[torch.arange(len(tokens)), lengths - 1]": "[:, 0]"},
)

one_too_late = slip(
    "`lengths` is the index of the first token of the padding, not of the last real one.",
    {"lengths - 1]": "lengths.clamp(max=t - 1)]"},
)

one_too_early = slip(
    "The features are those of the last real token but one.",
    {"lengths - 1]": "lengths - 2]"},
)

longest_for_all = slip(
    "The last token of the longest sequence is taken for all of them.",
    {"[torch.arange(len(tokens)), lengths - 1]": "[:, lengths.max() - 1]"},
)

lengths_counted_from_the_end = slip(
    "The lengths are counted from the end, as if the padding stood in front.",
    {"lengths - 1]": "t - lengths]"},
)

every_row_with_every_length = slip(
    "Slicing all rows and indexing the columns pairs every row with every length.",
    {"[torch.arange(len(tokens)), lengths - 1]": "[:, lengths - 1].mean(dim=1)"},
)

mean_over_all = slip(
    "The features are averaged, padding included. Only the last real token's are asked for.",
    {POOLED: "self.features(tokens).mean(dim=1)"},
)

mean_over_the_real = slip(
    "The features of all real tokens are averaged. Only the last one has seen the whole sequence.",
    {f"return {POOLED}": f"{MASK}\nreturn (features * real).sum(dim=1) / lengths[:, None]"},
)

sum_over_the_real = slip(
    "The features of all real tokens are added up. Only the last one's are asked for.",
    {f"return {POOLED}": f"{MASK}\nreturn (features * real).sum(dim=1)"},
)

maximum_over_all = slip(
    "The largest of each feature is taken, padding included. The last real token's are asked for.",
    {POOLED: "self.features(tokens).amax(dim=1)"},
)

maximum_over_the_real = slip(
    "The largest of each feature is taken. The last real token's features are asked for.",
    {f"return {POOLED}": (f"{MASK}\nreturn features.masked_fill(~real, -torch.inf).amax(dim=1)")},
)

padding_set_to_zero = slip(
    "The features of the padding are set to 0, and then the last column is taken all the same.",
    {f"return {POOLED}": f"{MASK}\nreturn (features * real)[:, -1]"},
)

before_the_last_norm = slip(
    "The head sees the embeddings of the last real token, not its features.",
    {"self.features(tokens)[": "self.embed(tokens)["},
)

# --- Lengths -----------------------------------------------------------------------------------

lengths_unchecked = slip(
    "No length raises a ValueError.",
    {CHECK: "if False:"},
)

empty_sequences_taken = slip(
    "A length of 0 or less is taken as an index from the end.",
    {"lengths.min() < 1 or ": ""},
)

length_of_zero_taken = slip(
    "A length of 0 is taken: index -1 is the last column.",
    {"lengths.min() < 1": "lengths.min() < 0"},
)

too_long_clamped = slip(
    "A length above t is taken for t. It should raise a ValueError.",
    {" or lengths.max() > t:": ":", "lengths - 1]": "lengths.clamp(max=t) - 1]"},
)

too_short_clamped = slip(
    "A length below 1 is taken for 1. It should raise a ValueError.",
    {"lengths.min() < 1 or ": "", "lengths - 1]": "lengths.clamp(min=1) - 1]"},
)

whole_rows_refused = slip(
    "A sequence that fills its row is refused.",
    {"lengths.max() > t": "lengths.max() >= t"},
)

first_length_checked = slip(
    "Only the first length is checked.",
    {CHECK: "if not 1 <= lengths[0] <= t:"},
)

# --- The head and the loss ---------------------------------------------------------------------

no_bias = slip(
    "The logits lack the bias.",
    {'self.weights["head"], self.weights["bias"])': 'self.weights["head"])'},
)

probabilities = slip(
    "`class_logits` returns probabilities.",
    {
        LOGITS: f"{LOGITS}.softmax(dim=-1)",
        LOSS: LOSS.replace("self.class_logits(", "F.linear(self._pooled(").replace(
            "lengths),", 'lengths), self.weights["head"], self.weights["bias"]),'
        ),
    },
)

softmax_before_the_loss = slip(
    "The loss takes a softmax of probabilities: cross_entropy has one of its own.",
    {LOSS: "return F.cross_entropy(self.class_logits(tokens, lengths).softmax(dim=-1), labels)"},
)

sum_of_the_losses = slip(
    "The losses are added up. It is their mean.",
    {LOSS: LOSS.replace("labels)", "labels, reduction='sum')")},
)

logarithm_of_the_softmax = slip(
    "The logarithm is taken of a softmax, which is 0 for a class that is far behind.",
    {LOSS: "return F.nll_loss(self.class_logits(tokens, lengths).softmax(dim=-1).log(), labels)"},
)

weighted_by_length = slip(
    "A sequence counts by its length. It has one label, and counts once.",
    {
        LOSS: (
            "losses = F.cross_entropy(\n"
            "    self.class_logits(tokens, lengths), labels, reduction='none'\n"
            ")\n"
            "return (losses * lengths).sum() / lengths.sum()"
        )
    },
)

mean_over_the_classes = slip(
    "The sum of the losses is divided by the number of classes, too.",
    {LOSS: f'{LOSS} / len(self.weights["bias"])'},
)

# --- The step ----------------------------------------------------------------------------------

uphill = slip(
    "The step goes up the gradient.",
    {"- lr * grad": "+ lr * grad"},
)

lr_ignored = slip(
    "The step ignores lr.",
    {"lr * grad": "grad"},
)

bias_kept = slip(
    "The bias stays as it is. It belongs to the head.",
    {GRADS: 'zip(["head"], torch.autograd.grad(loss, head[:1]), strict=True)'},
)

head_kept = slip(
    "Only the bias moves.",
    {GRADS: 'zip(["bias"], torch.autograd.grad(loss, head[1:]), strict=True)'},
)

step_of_the_sum = slip(
    "The step follows the gradient of the sum of the losses, not of their mean.",
    {"lr * grad": "lr * len(labels) * grad"},
)

loss_after_the_step = slip(
    "`step` returns the loss after the step.",
    {"return loss.item()": "return self.class_loss(tokens, lengths, labels).item()"},
)

embeddings_move = slip(
    "The step moves the embeddings, too. The GPT is frozen.",
    {
        "pooled = self._pooled(tokens, lengths)  # Outside": (
            "self.weights['tokens'].requires_grad_()\n"
            "pooled = self._pooled(tokens, lengths)  # Outside"
        ),
        '("head", "bias")]': '("head", "bias")] + [self.weights["tokens"]]',
        "F.linear(pooled, *head)": "F.linear(pooled, *head[:2])",
        GRADS: 'zip(("head", "bias", "tokens"), torch.autograd.grad(loss, head), strict=True)',
        MOVED: f"{MOVED.replace('= self.weights[name]', '= self.weights[name].detach()')}",
    },
)

all_moves = slip(
    "The step moves every weight. All but the head is frozen.",
    {
        "pooled = self._pooled(tokens, lengths)  # Outside": (
            "own = {**self.weights, **{(i, k): w for i, b in enumerate(self.blocks) "
            "for k, w in b.items()}}\n"
            "for weight in own.values():\n"
            "    weight.requires_grad_()\n"
            "all_grads = torch.autograd.grad(\n"
            "    self.class_loss(tokens, lengths, labels), list(own.values()), allow_unused=True\n"
            ")\n"
            "for weight in own.values():\n"
            "    weight.requires_grad_(False)\n"
            "pooled = self._pooled(tokens, lengths)  # Outside"
        ),
        "return loss.item()": (
            "for (name, weight), grad in zip(own.items(), all_grads):\n"
            "    if name not in ('head', 'bias') and grad is not None:\n"
            "        weight -= lr * grad\n"
            "return loss.item()"
        ),
    },
)

gradients_add_up = slip(
    "The gradients of earlier steps are added to the new ones.",
    {
        f"for name, grad in {GRADS}:": (
            "grads = torch.autograd.grad(loss, head)\n"
            "earlier = getattr(self, '_sums', (0, 0))\n"
            "self._sums = tuple(a + b for a, b in zip(earlier, grads))\n"
            'for name, grad in zip(("head", "bias"), self._sums):'
        )
    },
)
