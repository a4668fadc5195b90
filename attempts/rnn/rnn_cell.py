from kata.attempts import rewrite, slip

STEP = "np.tanh(x @ w_ih.T + h @ w_hh.T + (b_ih + b_hh))"
Z = "x @ w_ih.T + h @ w_hh.T + (b_ih + b_hh)"

with_one_matrix_for_both = rewrite(
    {STEP: "np.tanh(np.hstack([x, h]) @ np.hstack([w_ih, w_hh]).T + b_ih + b_hh)"}
)

with_einsum_and_a_tanh_of_its_own = rewrite(
    {
        f"return {STEP}": (
            'z = np.einsum("nd,jd->nj", x, w_ih) + b_ih\n'
            'z = z + np.einsum("nk,jk->nj", h, w_hh) + b_hh\n'
            "fall = np.expm1(-2 * np.abs(z))\n"
            "return -np.sign(z) * fall / (2 + fall)"
        )
    }
)

no_tanh = slip("The result is not squashed: tanh is missing.", {STEP: Z})

sigmoid_for_tanh = slip(
    "The state goes through a sigmoid, so it is never negative. This cell has tanh.",
    {STEP: f"0.5 + 0.5 * np.tanh(0.5 * ({Z}))"},
)

relu_for_tanh = slip(
    "The state goes through a ReLU, as torch has it with `nonlinearity='relu'`. This cell has "
    "tanh, which keeps the state bounded.",
    {STEP: f"np.maximum({Z}, 0)"},
)

tanh_of_each_part = slip(
    "tanh is applied to the input's part and to the state's part, each on its own. It belongs "
    "around their sum.",
    {STEP: "np.tanh(x @ w_ih.T + b_ih) + np.tanh(h @ w_hh.T + b_hh)"},
)

tanh_of_the_input_part_only = slip(
    "Only the input's part is squashed. tanh belongs around the whole sum.",
    {STEP: "np.tanh(x @ w_ih.T + b_ih) + h @ w_hh.T + b_hh"},
)

tanh_of_the_state_part_only = slip(
    "Only the state's part is squashed. tanh belongs around the whole sum.",
    {STEP: "np.tanh(h @ w_hh.T + b_hh) + x @ w_ih.T + b_ih"},
)

biases_after_tanh = slip(
    "The biases are added after tanh. They belong inside.",
    {STEP: "np.tanh(x @ w_ih.T + h @ w_hh.T) + (b_ih + b_hh)"},
)

state_squashed_first = slip(
    "The state is squashed once more before it is used. h has been through tanh already.",
    {"h @ w_hh.T": "np.tanh(h) @ w_hh.T"},
)

state_added = slip(
    "The old state is added to the result, as in a residual connection. A plain cell replaces it.",
    {STEP: f"h + {STEP}"},
)

parts_multiplied = slip(
    "The input's part and the state's part are multiplied. They should be added.",
    {STEP: "np.tanh((x @ w_ih.T + b_ih) * (h @ w_hh.T + b_hh))"},
)

parts_subtracted = slip(
    "The state's part is subtracted. It should be added.",
    {STEP: "np.tanh(x @ w_ih.T + b_ih - (h @ w_hh.T + b_hh))"},
)

no_recurrence = slip(
    "The state has no part in the result: the term h W_hhᵀ is missing.", {" + h @ w_hh.T": ""}
)

one_weight_per_unit = slip(
    "Each unit sees only its own old value. W_hh lets it see those of all units.",
    {"h @ w_hh.T": "h * np.diag(w_hh)"},
)

no_recurrent_bias = slip(
    "The bias of the recurrent part, b_hh, is missing.", {"(b_ih + b_hh)": "b_ih"}
)

no_input_bias = slip("The bias of the input part, b_ih, is missing.", {"(b_ih + b_hh)": "b_hh"})

input_bias_twice = slip("b_ih is added twice, and b_hh is not.", {"(b_ih + b_hh)": "(b_ih + b_ih)"})

no_bias = slip("Both biases are missing.", {" + (b_ih + b_hh)": ""})

recurrent_weights_not_transposed = slip(
    "W_hh is not transposed. It is square, so no error tells, but row j of it belongs to unit j.",
    {"w_hh.T": "w_hh"},
)

input_weights_reshaped = slip(
    "W_ih is reshaped, not transposed, which mixes the numbers of different units.",
    {"w_ih.T": "w_ih.reshape(d, hidden)"},
)

tanh_by_exponentials = slip(
    "tanh is written with exponentials that overflow, and ∞ / ∞ is nan.",
    {STEP: f"(np.exp({Z}) - np.exp(-({Z}))) / (np.exp({Z}) + np.exp(-({Z})))"},
)

clipped = slip(
    "The argument of tanh is clipped, so the state never comes as near to ±1 as it should.",
    {STEP: f"np.tanh(np.clip({Z}, -5, 5))"},
)

no_check = slip(
    "A state or bias of another shape is silently broadcast.",
    {'raise ValueError(f"{name} has shape {array.shape}, expected {expected}")': "pass"},
)

biases_unchecked = slip(
    "The state is checked, but a bias of another shape is silently broadcast.",
    {
        '_check_shape("b_ih", b_ih, (hidden,))': "pass",
        '_check_shape("b_hh", b_hh, (hidden,))': "pass",
    },
)

one_row_at_a_time = slip(
    "It loops over the batch in Python. A matrix product does all rows at once.",
    {
        STEP: (
            "np.array(\n"
            "    [np.tanh(w_ih @ x[r] + w_hh @ h[r] + b_ih + b_hh) for r in range(n)]\n"
            ").reshape(h.shape)"
        )
    },
)
