import math

import torch
import torch.nn.functional as F

from kata.attempts import rewrite, right, slip
from solutions.attention.minigpt_cache import CachedGPT

POSITIONS = 'self.weights["positions"][past : past + t]'
TOO_MANY = "if past + t > t_max:"
PAIRS = "zip(self.blocks, cache, strict=True)"
CALL = "attended, pair = self._attend_after"
LENGTHS = "past, t = pair[0].shape[2], x.shape[1]"
JOIN = "k, v = torch.cat([pair[0], k], dim=2), torch.cat([pair[1], v], dim=2)"
HIDDEN = "hidden = torch.ones(t, past + t, dtype=torch.bool).triu(past + 1)"
SCORES = "scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])"
HEADS = "heads = scores.masked_fill(hidden, -math.inf).softmax(dim=-1) @ v"
MERGED = "heads.transpose(1, 2).flatten(2)"
RETURNED = f'F.linear({MERGED}, block["o"]), (k, v)'
RESULT = 'return self._norm(x, self.weights["norm"]) @ self.weights["tokens"].T, longer'
NOTHING = 'self.weights["norm"].new_zeros(n, self.n_heads, 0, d // self.n_heads)'
PROMPT = "logits, cache = self.advance(tokens, cache)"
LOOP = (
    "for _ in range(n_new):\n"
    "    written.append(logits[:, -1:].argmax(dim=-1))\n"
    "    logits, cache = self.advance(written[-1], cache)"
)
WRITTEN = "return torch.cat(written, dim=1), cache"

with_attention_by_torch = rewrite(
    {
        HEADS: "heads = F.scaled_dot_product_attention(q, k, v, attn_mask=~hidden)",
        "torch.ones(t, past + t, dtype=torch.bool).triu(past + 1)": (
            "torch.arange(past + t) > torch.arange(past, past + t)[:, None]"
        ),
        NOTHING: (
            "torch.empty(\n"
            '    n, self.n_heads, 0, d // self.n_heads, dtype=self.weights["norm"].dtype\n'
            ")"
        ),
    }
)

with_a_written_tensor = rewrite(
    {
        PROMPT: (
            "if cache[0][0].shape[2] + tokens.shape[1] + n_new > len(self.weights['positions']):\n"
            "    raise ValueError('too long')\n"
            f"{PROMPT}"
        ),
        "written = []": "written = tokens.new_empty(len(tokens), n_new)",
        LOOP: (
            "for i in range(n_new):\n"
            "    written[:, i] = logits[:, -1].argmax(dim=-1)\n"
            "    logits, cache = self.advance(written[:, i : i + 1], cache)"
        ),
        WRITTEN: "return written, cache",
        SCORES: "scores = (q * q.shape[-1] ** -0.5) @ k.mT",
        HEADS: (
            "lowest = torch.finfo(scores.dtype).min\n"
            "heads = scores.masked_fill(hidden, lowest).softmax(dim=-1) @ v"
        ),
    }
)


@right(CachedGPT)
class WithBuffersOfItsOwn(CachedGPT):
    def start(self, n):
        width = len(self.weights["norm"]) // self.n_heads
        shape = n, self.n_heads, 0, width
        dtype = self.weights["tokens"].dtype
        return [(torch.zeros(shape, dtype=dtype), torch.zeros(shape, dtype=dtype))] * len(
            self.blocks
        )

    def advance(self, tokens, cache):
        (n, t), past = tokens.shape, cache[0][0].size(2)
        positions = torch.arange(past, past + t)
        if positions[-1] >= len(self.weights["positions"]):
            raise ValueError("no positions left")
        x = F.embedding(tokens, self.weights["tokens"])
        x = x + F.embedding(positions, self.weights["positions"])
        d, new = x.shape[-1], []
        for block, old in zip(self.blocks, cache, strict=True):
            y = F.layer_norm(x, (d,), block["norm1"])
            weight = torch.cat([block["q"], block["k"], block["v"]])
            q, k, v = (y @ weight.T).view(n, t, 3, self.n_heads, -1).permute(2, 0, 3, 1, 4)
            both = x.new_empty(2, n, self.n_heads, past + t, k.shape[-1])
            both[0, :, :, :past], both[1, :, :, :past] = old
            both[0, :, :, past:], both[1, :, :, past:] = k, v
            new.append((both[0], both[1]))
            scores = torch.einsum("nhqc,nhkc->nhqk", q, both[0]) / math.sqrt(q.shape[-1])
            hidden = torch.arange(past + t) > torch.arange(past, past + t)[:, None]
            scores[..., hidden] = -torch.inf
            weights = (scores - scores.amax(dim=-1, keepdim=True)).exp()
            weights = weights / weights.sum(dim=-1, keepdim=True)
            heads = torch.einsum("nhqk,nhkc->nqhc", weights, both[1])
            x = x + heads.reshape(n, t, d) @ block["o"].T
            y = F.layer_norm(x, (d,), block["norm2"])
            x = x + F.gelu(y @ block["up"].T) @ block["down"].T
        x = F.layer_norm(x, (d,), self.weights["norm"])
        return F.linear(x, self.weights["tokens"]), new

    def write(self, tokens, n_new, cache):
        written, piece = [], tokens
        for _ in range(n_new):
            logits, cache = self.advance(piece, cache)
            piece = logits[:, -1].argmax(-1, keepdim=True)
            written.append(piece)
        _, cache = self.advance(piece, cache)
        return torch.cat(written, 1), cache


# --- Positions ---------------------------------------------------------------------------------

positions_from_zero = slip(
    "Each piece starts at position 0 again. How many tokens came before it?",
    {POSITIONS: 'self.weights["positions"][:t]'},
)

one_position_for_a_piece = slip(
    "All tokens of a piece have the position of its first one.",
    {POSITIONS: 'self.weights["positions"][past]'},
)

no_positions = slip("The positions are left out.", {f" + {POSITIONS}": ""})

too_many_tokens_taken = slip(
    "More than t_max tokens are taken, though there are no positions for them.",
    {TOO_MANY: "if False:"},
)

last_position_repeated = slip(
    "Tokens beyond t_max get the last position again. They should raise a ValueError.",
    {
        TOO_MANY: "if False:",
        POSITIONS: 'self.weights["positions"][torch.arange(past, past + t).clamp(max=t_max - 1)]',
    },
)

the_past_not_counted = slip(
    "Only the new tokens are compared with t_max. Those of the past have positions, too.",
    {TOO_MANY: "if t > t_max or past >= t_max:"},
)

refused_too_early = slip(
    "A sequence of t_max tokens is refused. There are positions for all of them.",
    {TOO_MANY: "if past + t >= t_max:"},
)

# --- The mask ----------------------------------------------------------------------------------

no_mask = slip(
    "There is no mask: the tokens of a piece see those after them.",
    {"scores.masked_fill(hidden, -math.inf)": "scores"},
)

hidden_by_a_large_number = slip(
    "The future is hidden by a large number. Scores that are lower still let it through.",
    {"masked_fill(hidden, -math.inf)": "masked_fill(hidden, -1e9)"},
)

softmax_without_the_maximum = slip(
    "exp overflows for large scores. What can be subtracted from a row without changing its "
    "softmax?",
    {
        HEADS: (
            "weights = scores.masked_fill(hidden, -math.inf).exp()\n"
            "heads = weights / weights.sum(dim=-1, keepdim=True) @ v"
        )
    },
)

no_mask_after_the_first_piece = slip(
    "After the first piece there is no mask. The tokens of a later one still come one by one.",
    {".triu(past + 1)": ".triu(past + 1) & (past == 0)"},
)

mask_without_the_past = slip(
    "The mask counts from the first token of the cache, as if the new ones stood at the start: "
    "they see too little of the past.",
    {".triu(past + 1)": ".triu(1)"},
)

pieces_masked_without_the_past = slip(
    "Several tokens at once are masked as if they stood at the start, as by is_causal=True. They "
    "see too little of the past.",
    {".triu(past + 1)": ".triu(past + 1 if t == 1 else 1)"},
)

the_past_hidden = slip(
    "New tokens see each other, but nothing of the past.",
    {HIDDEN: f"{HIDDEN}\nhidden[:, :past] = True"},
)

itself_hidden = slip("A token does not see itself.", {".triu(past + 1)": ".triu(past)"})

next_one_seen = slip(
    "A token sees the one after it, where both come in one piece.",
    {".triu(past + 1)": ".triu(past + 2)"},
)

mask_turned_around = slip(
    "The mask hides the past and shows the future.", {".triu(past + 1)": ".tril(past - 1)"}
)

# --- The cache ---------------------------------------------------------------------------------

the_past_not_joined = slip(
    "The cache is not used: each piece sees its own tokens only.",
    {LENGTHS: "past, t = 0, x.shape[1]", JOIN: ""},
)

old_cache_returned = slip(
    "The cache that was given is returned: the new tokens are missing in it.",
    {CALL: CALL.replace("pair", "_")},
)

new_tokens_alone_returned = slip(
    "The cache returned holds the new tokens alone.",
    {RETURNED: RETURNED.replace("(k, v)", "(k[:, :, past:], v[:, :, past:])")},
)

new_tokens_in_front = slip(
    "New keys and values are put before the old ones, so the mask hides the wrong tokens.",
    {JOIN: "k, v = torch.cat([k, pair[0]], dim=2), torch.cat([v, pair[1]], dim=2)"},
)

values_in_another_order = slip(
    "Keys and values are joined in different orders, so a weight meets another token's value.",
    {JOIN: "k, v = torch.cat([pair[0], k], dim=2), torch.cat([v, pair[1]], dim=2)"},
)

values_after_keys = slip(
    "The new values are joined to the cached keys.",
    {"torch.cat([pair[1], v], dim=2)": "torch.cat([pair[0], v], dim=2)"},
)

keys_and_values_swapped = slip(
    "The cache returned holds (values, keys).",
    {
        JOIN: "k, v = torch.cat([pair[1], k], dim=2), torch.cat([pair[0], v], dim=2)",
        RETURNED: RETURNED.replace("(k, v)", "(v, k)"),
    },
)

one_cache_for_all_blocks = slip(
    "All blocks go on from the cache of the first one. Each has keys and values of its own.",
    {PAIRS: "zip(self.blocks, [cache[0]] * len(cache), strict=True)"},
)

cache_of_the_blocks_turned_around = slip(
    "The cache returned has its blocks in the reverse order.",
    {"longer.append(pair)": "longer.insert(0, pair)"},
)

starts_with_a_zero = slip(
    "A new cache holds a token of zeros. It takes a share of the attention and a position.",
    {NOTHING: NOTHING.replace("0,", "1,")},
)

of_the_default_dtype = slip(
    "A new cache has torch's default dtype, not that of the weights.",
    {NOTHING: "torch.zeros(n, self.n_heads, 0, d // self.n_heads)"},
)

# --- The model ---------------------------------------------------------------------------------

no_scale = slip("The scores are not scaled.", {" / math.sqrt(q.shape[-1])": ""})

scaled_by_the_whole_width = slip(
    "The scale is that of the whole width. A score is a product within one head.",
    {"math.sqrt(q.shape[-1])": "math.sqrt(x.shape[-1])"},
)

heads_merged_by_reshape = slip(
    "The heads are merged by a reshape alone, which mixes heads with positions.",
    {MERGED: "heads.reshape(len(x), t, -1)"},
)

output_not_projected = slip(
    'The merged heads are not projected by "o".', {f'F.linear({MERGED}, block["o"])': MERGED}
)

no_first_norm = slip(
    "The norm before the attention is missing.", {'self._norm(x, block["norm1"])': "x"}
)

no_second_norm = slip('The norm before "up" is missing.', {'self._norm(x, block["norm2"])': "x"})

no_last_norm = slip("The last norm is missing.", {'self._norm(x, self.weights["norm"])': "x"})

not_added = slip(
    "The attention takes the place of x. It should be added to it.",
    {"x = x + attended": "x = attended"},
)

last_logits_alone = slip(
    "`advance` returns the logits of the last token alone. Those of all new tokens are asked for.",
    {RESULT: RESULT.replace("self._norm(x,", "self._norm(x[:, -1:],")},
)

# --- Writing -----------------------------------------------------------------------------------

last_one_not_read = slip(
    "The last token written is missing in the cache that `write` returns.",
    {
        PROMPT: (
            'if cache[0][0].shape[2] + tokens.shape[1] + n_new > len(self.weights["positions"]):\n'
            '    raise ValueError("too long")\n' + PROMPT
        ),
        LOOP: (
            "for i in range(n_new):\n"
            "    written.append(logits[:, -1:].argmax(dim=-1))\n"
            "    if i < n_new - 1:\n"
            "        logits, cache = self.advance(written[-1], cache)"
        ),
    },
)

last_position_not_written = slip(
    "`write` raises where it would fill the last of the t_max positions. All may be filled.",
    {
        PROMPT: (
            "if cache[0][0].shape[2] + tokens.shape[1] + n_new >= len(self.weights['positions']):\n"
            "    raise ValueError('there are too few positions')\n" + PROMPT
        )
    },
)

last_token_of_the_prompt = slip(
    "`write` reads the last one alone of the tokens that it is given. The cache lacks the others.",
    {PROMPT: PROMPT.replace("tokens", "tokens[:, -1:]")},
)

prompt_read_again = slip(
    "Each new token is read together with all those before it, though the cache has these already.",
    {"self.advance(written[-1], cache)": "self.advance(torch.cat([tokens, *written], 1), cache)"},
)

written_tokens_read_again = slip(
    "All tokens written so far are read with each new one, though the cache has them already.",
    {"self.advance(written[-1], cache)": "self.advance(torch.cat(written, 1), cache)"},
)

starts_anew = slip(
    "`write` starts from an empty cache, whatever it is given.",
    {PROMPT: "logits, cache = self.advance(tokens, self.start(len(tokens)))"},
)

given_cache_returned = slip(
    "`write` returns the cache that it was given.",
    {PROMPT: f"given = cache\n{PROMPT}", WRITTEN: "return torch.cat(written, dim=1), given"},
)

cache_of_the_prompt = slip(
    "The tokens written are not kept: each new one is read as if it came right after the prompt.",
    {"    logits, cache = self.advance(written[-1]": "    logits, _ = self.advance(written[-1]"},
)

prompt_returned_too = slip(
    "`write` returns the prompt, too. Only what was written is asked for.",
    {"torch.cat(written, dim=1)": "torch.cat([tokens, *written], dim=1)"},
)

reads_the_first_prediction = slip(
    "`write` takes the prediction of the first new token. The last one has seen everything.",
    {"logits[:, -1:]": "logits[:, :1]"},
)

least_likely = slip("`write` takes the least likely token.", {".argmax(": ".argmin("})
