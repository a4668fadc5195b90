from kata.attempts import rewrite, slip

POSITIONS = "positions = torch.arange(tokens.shape[1])"
BOTH = 'self.weights["tokens"][tokens] + self.weights["positions"][positions]'
SCALE = " / math.sqrt(d // self.n_heads)"
MASK = "scores = scores.masked_fill(hidden, -math.inf)"
HEADS = "heads = scores.softmax(dim=-1) @ v"
MERGED = "heads.transpose(1, 2).reshape(n, t, d)"
LOGITS = "logits = self.logits(tokens)[:, :-1]"
TARGETS = "tokens[:, 1:].flatten()"
CROSS_ENTROPY = f"{LOGITS}\nreturn F.cross_entropy(logits.flatten(0, 1), {TARGETS})"

with_attention_by_torch = rewrite(
    {
        f"scores = q @ k.transpose(-1, -2){SCALE}": (
            "heads = F.scaled_dot_product_attention(q, k, v, is_causal=True)\n"
            'return F.linear(heads.permute(0, 2, 1, 3).flatten(2), block["o"])\n'
            f"scores = q @ k.transpose(-1, -2){SCALE}"
        ),
        CROSS_ENTROPY: (
            "logits = self.logits(tokens[:, :-1])\n"
            "return F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:])"
        ),
    }
)

with_weights_divided_by_their_sum = rewrite(
    {
        MASK: "weights = scores.softmax(dim=-1).masked_fill(hidden, 0)",
        HEADS: "heads = weights / weights.sum(dim=-1, keepdim=True) @ v",
        MERGED: "torch.cat([heads[:, i] for i in range(self.n_heads)], dim=-1)",
        CROSS_ENTROPY: (
            "log_probs = self.logits(tokens).log_softmax(dim=-1)[:, :-1]\n"
            "return -log_probs.gather(2, tokens[:, 1:, None]).mean()"
        ),
    }
)

with_a_large_negative_number = rewrite(
    {
        MASK: "scores = scores + hidden * -1e9",
        f"q @ k.transpose(-1, -2){SCALE}": "(q * q.shape[-1] ** -0.5) @ k.mT",
        BOTH: (
            'F.embedding(tokens, self.weights["tokens"])'
            ' + self.weights["positions"][positions.expand_as(tokens)]'
        ),
    }
)

# --- The five bugs of the stub, each alone -----------------------------------------------------

positions_along_the_batch = slip(
    "Positions are counted along the batch: each row has one position for all of its tokens.",
    {POSITIONS: "positions = torch.arange(tokens.shape[0])[:, None]"},
)

no_scale = slip(
    "The scores are not scaled: for wide heads they are large, and the softmax saturates.",
    {SCALE: ""},
)

masked_after_the_softmax = slip(
    "The mask comes after the softmax: what is left does not sum to 1.",
    {MASK: "weights = scores.softmax(dim=-1).masked_fill(hidden, 0)", HEADS: "heads = weights @ v"},
)

heads_merged_by_reshape = slip(
    "The heads are merged by a reshape alone, which mixes heads with positions.",
    {MERGED: "heads.reshape(n, t, d)"},
)

labels_not_shifted = slip(
    "Each token is its own label: the model, which sees it, is trained to copy. What should it "
    "predict?",
    {
        CROSS_ENTROPY: (
            "logits = self.logits(tokens)\n"
            "return F.cross_entropy(logits.flatten(0, 1), tokens.flatten())"
        )
    },
)

# --- Repairs that go wrong ---------------------------------------------------------------------

no_positions = slip(
    "The positions are left out: the model cannot tell in which order the tokens come.",
    {BOTH: 'self.weights["tokens"][tokens]'},
)

positions_by_token = slip(
    "The positions' embeddings are looked up by the token, not by where it stands.",
    {POSITIONS: 'positions = tokens % len(self.weights["positions"])'},
)

positions_from_the_end = slip(
    "Positions are counted from the end. They are counted from the start, where the first is 0.",
    {POSITIONS: "positions = torch.arange(tokens.shape[1]).flip(0)"},
)

positions_of_one_batch_axis_too_many = slip(
    "Positions run on from row to row. Each row starts at 0.",
    {
        POSITIONS: (
            "positions = torch.arange(tokens.numel()).view_as(tokens)\n"
            'positions = positions % len(self.weights["positions"])'
        )
    },
)

scaled_by_the_whole_width = slip(
    "The scale is that of the whole width. A score is a product within one head.",
    {"math.sqrt(d // self.n_heads)": "math.sqrt(d)"},
)

scaled_without_the_root = slip(
    "The scores are divided by the width of a head. Their standard deviation grows more slowly.",
    {"math.sqrt(d // self.n_heads)": "(d // self.n_heads)"},
)

scaled_up = slip(
    "The scores are multiplied by the root where they should become smaller.",
    {SCALE: " * math.sqrt(d // self.n_heads)"},
)

scaled_after_the_softmax = slip(
    "The scale comes after the softmax, where it only shrinks the result.",
    {SCALE: "", "scores.softmax(dim=-1) @ v": f"scores.softmax(dim=-1) @ v{SCALE}"},
)

masked_with_zeros = slip(
    "Masked scores are set to 0. exp(0) is 1, so the future is still seen.",
    {"masked_fill(hidden, -math.inf)": "masked_fill(hidden, 0.0)"},
)

no_mask = slip("There is no mask: every position sees the future.", {MASK: "pass"})

past_hidden = slip("The mask hides the past and shows the future.", {".triu(1)": ".tril(-1)"})

itself_hidden = slip(
    "A position does not see itself, and the first one sees nothing, which gives nan.",
    {".triu(1)": ".triu(0)"},
)

next_one_seen = slip(
    "A position also sees the next one: the mask starts one place too late.",
    {".triu(1)": ".triu(2)"},
)

masked_in_float64 = slip(
    "The mask is float64, whatever the weights are. It should not change the dtype of the scores.",
    {MASK: "scores = scores + torch.zeros(t, t).double().masked_fill(hidden, -math.inf)"},
)

softmax_over_queries = slip(
    "The softmax runs over the queries. Whose weights should sum to 1?",
    {"softmax(dim=-1)": "softmax(dim=-2)"},
)

heads_interleaved = slip(
    "The heads are merged so that their columns alternate. Each has a slice in one piece.",
    {MERGED: "heads.permute(0, 2, 3, 1).reshape(n, t, d)"},
)

split_by_reshape = slip(
    "The heads are split by a reshape alone, which mixes heads with positions.",
    {
        "x.view(n, t, self.n_heads, d // self.n_heads).transpose(1, 2)": (
            "x.reshape(n, self.n_heads, t, d // self.n_heads)"
        )
    },
)

output_not_projected = slip(
    'The merged heads are not projected by "o".', {f'F.linear({MERGED}, block["o"])': MERGED}
)

shifted_the_wrong_way = slip(
    "The labels are shifted the wrong way: each position predicts the token before it.",
    {LOGITS: "logits = self.logits(tokens)[:, 1:]", TARGETS: "tokens[:, :-1].flatten()"},
)

shifted_twice = slip(
    "The labels are shifted by two places.",
    {LOGITS: "logits = self.logits(tokens)[:, :-2]", TARGETS: "tokens[:, 2:].flatten()"},
)

rolled_labels = slip(
    "The labels are rolled, so the last position is to predict the first token. It has no label.",
    {LOGITS: "logits = self.logits(tokens)", TARGETS: "tokens.roll(-1, dims=1).flatten()"},
)

last_label_only = slip(
    "Only the last token counts in the loss. Every token but the first has a prediction.",
    {LOGITS: "logits = self.logits(tokens)[:, -2:-1]", TARGETS: "tokens[:, -1:].flatten()"},
)

sum_of_the_losses = slip(
    "The losses are added up. It is their mean.", {TARGETS: f"{TARGETS}, reduction='sum'"}
)

shifted_in_the_logits = slip(
    "The last position is cut off in `logits`, so `generate` predicts a token that is there "
    "already. The shift belongs to the loss.",
    {
        'self.features(tokens) @ self.weights["tokens"].T': (
            'self.features(tokens)[:, : max(1, tokens.shape[1] - 1)] @ self.weights["tokens"].T'
        ),
        LOGITS: "logits = self.logits(tokens)",
    },
)

writes_from_the_first_position = slip(
    "`generate` reads the prediction of the first position. The last one has seen everything.",
    {"[:, -1].argmax": "[:, 0].argmax"},
)
