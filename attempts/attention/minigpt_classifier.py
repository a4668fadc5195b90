import torch
import torch.nn.functional as F

from kata.attempts import rewrite, slip

POOLED = "self.gpt.features(tokens)[torch.arange(len(tokens)), lengths - 1]"
CHECK = "if lengths.min() < 1 or lengths.max() > t:"
LOGITS = "return F.linear(self._pooled(tokens, lengths), self.head, self.bias)"
LOSS = "return F.cross_entropy(self.logits(tokens, lengths), labels)"
OWN_LOSS = "loss = F.cross_entropy(F.linear(pooled, head, bias), labels)"
GRADS = "grad_head, grad_bias = torch.autograd.grad(loss, [head, bias])"
HEAD_MOVED = "self.head = self.head - lr * grad_head"
BIAS_MOVED = "self.bias = self.bias - lr * grad_bias"
MASK = (
    "real = (torch.arange(t) < lengths[:, None])[:, :, None]\nfeatures = self.gpt.features(tokens)"
)

with_gather_and_sgd = rewrite(
    {
        POOLED: (
            "self.gpt.features(tokens)\n"
            "columns = (lengths - 1)[:, None, None].expand(-1, 1, self.head.shape[1])\n"
            "return features.gather(1, columns).squeeze(1)"
        ),
        "return self.gpt": "features = self.gpt",
        LOGITS: "return self._pooled(tokens, lengths) @ self.head.T + self.bias",
        CHECK: "if not all(0 < length <= t for length in lengths.tolist()):",
        GRADS: ("optimizer = torch.optim.SGD([head, bias], lr)\nloss.backward()\noptimizer.step()"),
        HEAD_MOVED: "self.head = head.detach()",
        BIAS_MOVED: "self.bias = bias.detach()",
    }
)

with_a_sequence_at_a_time_and_formulas = rewrite(
    {
        POOLED: (
            "torch.stack([self.gpt.features(row[None, :length])[0, -1] "
            "for row, length in zip(tokens, lengths.tolist())])"
        ),
        LOSS: (
            "log_probs = self.logits(tokens, lengths).log_softmax(dim=-1)\n"
            "return -log_probs[torch.arange(len(labels)), labels].mean()"
        ),
        GRADS: (
            "error = F.linear(pooled, self.head, self.bias).softmax(dim=1)\n"
            "error = (error - F.one_hot(labels, error.shape[1])) / len(labels)\n"
            "grad_head, grad_bias = error.T @ pooled, error.sum(dim=0)"
        ),
    }
)

with_parameters_of_its_own = rewrite(
    {
        "self.head = head": "self.head = torch.nn.Parameter(head.clone())",
        "self.bias = bias": "self.bias = torch.nn.Parameter(bias.clone())",
        "head = self.head.clone().requires_grad_()": "",
        "bias = self.bias.clone().requires_grad_()": "",
        OWN_LOSS: "loss = F.cross_entropy(F.linear(pooled, self.head, self.bias), labels)",
        GRADS: GRADS.replace("[head, bias]", "[self.head, self.bias]"),
        HEAD_MOVED: "self.head.data -= lr * grad_head",
        BIAS_MOVED: "self.bias.data -= lr * grad_bias",
    }
)

with_a_padding_of_zeros = rewrite(
    {
        POOLED: (
            "self.gpt.features(torch.where(torch.arange(t) < lengths[:, None], tokens, 0))"
            "[range(len(tokens)), lengths.sub(1)]"
        )
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
    "The features are those of the last real token but one.", {"lengths - 1]": "lengths - 2]"}
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
    {POOLED: "self.gpt.features(tokens).mean(dim=1)"},
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
    {POOLED: "self.gpt.features(tokens).amax(dim=1)"},
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
    {"self.gpt.features(tokens)[": "self.gpt.embed(tokens)["},
)

# --- Lengths -----------------------------------------------------------------------------------

lengths_unchecked = slip("No length raises a ValueError.", {CHECK: "if False:"})

empty_sequences_taken = slip(
    "A length of 0 or less is taken as an index from the end.", {"lengths.min() < 1 or ": ""}
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
    "A sequence that fills its row is refused.", {"lengths.max() > t": "lengths.max() >= t"}
)

first_length_checked = slip(
    "Only the first length is checked.", {CHECK: "if not 1 <= lengths[0] <= t:"}
)

# --- The head and the loss ---------------------------------------------------------------------

no_bias = slip("The logits lack the bias.", {"self.head, self.bias)": "self.head)"})

probabilities = slip(
    "`logits` returns probabilities.",
    {
        LOGITS: f"{LOGITS}.softmax(dim=-1)",
        LOSS: LOSS.replace("self.logits(", "F.linear(self._pooled(").replace(
            "lengths),", "lengths), self.head, self.bias),"
        ),
    },
)

softmax_before_the_loss = slip(
    "The loss takes a softmax of probabilities: cross_entropy has one of its own.",
    {LOSS: "return F.cross_entropy(self.logits(tokens, lengths).softmax(dim=-1), labels)"},
)

sum_of_the_losses = slip(
    "The losses are added up. It is their mean.",
    {LOSS: LOSS.replace("labels)", "labels, reduction='sum')")},
)

logarithm_of_the_softmax = slip(
    "The logarithm is taken of a softmax, which is 0 for a class that is far behind.",
    {LOSS: "return F.nll_loss(self.logits(tokens, lengths).softmax(dim=-1).log(), labels)"},
)

weighted_by_length = slip(
    "A sequence counts by its length. It has one label, and counts once.",
    {
        LOSS: (
            "losses = F.cross_entropy(\n"
            "    self.logits(tokens, lengths), labels, reduction='none'\n"
            ")\n"
            "return (losses * lengths).sum() / lengths.sum()"
        )
    },
)

mean_over_the_classes = slip(
    "The sum of the losses is divided by the number of classes, too.",
    {LOSS: f"{LOSS} / len(self.bias)"},
)

# --- The step ----------------------------------------------------------------------------------

uphill = slip(
    "The step goes up the gradient.",
    {
        HEAD_MOVED: HEAD_MOVED.replace("- lr", "+ lr"),
        BIAS_MOVED: BIAS_MOVED.replace("- lr", "+ lr"),
    },
)

lr_ignored = slip(
    "The step ignores lr.",
    {HEAD_MOVED: HEAD_MOVED.replace("lr * ", ""), BIAS_MOVED: BIAS_MOVED.replace("lr * ", "")},
)

bias_kept = slip("The bias stays as it is. It is trained, too.", {BIAS_MOVED: ""})

head_kept = slip("Only the bias moves.", {HEAD_MOVED: ""})

nothing_kept = slip(
    "The step changes copies: the head stays as it is.", {HEAD_MOVED: "", BIAS_MOVED: ""}
)

sum_in_the_loss_and_the_step = slip(
    "The losses are summed, and the step follows their sum. Both should be those of the mean.",
    {
        LOSS: LOSS.replace("labels)", "labels, reduction='sum')"),
        "F.linear(pooled, head, bias), labels)": (
            "F.linear(pooled, head, bias), labels, reduction='sum')"
        ),
    },
)

step_of_the_sum = slip(
    "The step follows the gradient of the sum of the losses, not of their mean.",
    {
        HEAD_MOVED: HEAD_MOVED.replace("lr * ", "lr * len(labels) * "),
        BIAS_MOVED: BIAS_MOVED.replace("lr * ", "lr * len(labels) * "),
    },
)

loss_after_the_step = slip(
    "`step` returns the loss after the step.",
    {"return loss.item()": "return self.loss(tokens, lengths, labels).item()"},
)

gpt_trained_too = slip(
    "The step trains the GPT, too. It is frozen: only the head moves.",
    {
        GRADS: (
            f"{GRADS}\n"
            "own = [w for part in [self.gpt.weights, *self.gpt.blocks] for w in part.values()]\n"
            "for weight in own:\n"
            "    weight.requires_grad_()\n"
            "loss_of_all = self.loss(tokens, lengths, labels)\n"
            "for weight, grad in zip(own, torch.autograd.grad(loss_of_all, own)):\n"
            "    weight.requires_grad_(False).sub_(lr * grad)"
        )
    },
)

embeddings_trained_too = slip(
    "The step trains the embeddings of the tokens, too. Only the head moves.",
    {
        GRADS: (
            f"{GRADS}\n"
            "own = self.gpt.weights['tokens'].requires_grad_()\n"
            "grad = torch.autograd.grad(self.loss(tokens, lengths, labels), own)[0]\n"
            "own.requires_grad_(False).sub_(lr * grad)"
        )
    },
)

gradients_add_up = slip(
    "The gradients of earlier steps are added to the new ones.",
    {
        GRADS: (
            f"{GRADS}\n"
            "earlier = getattr(self, '_sums', (0, 0))\n"
            "self._sums = grad_head, grad_bias = grad_head + earlier[0], grad_bias + earlier[1]"
        )
    },
)
