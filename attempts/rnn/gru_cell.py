from kata.attempts import rewrite, slip

SIGMOID = "np.exp(np.minimum(a, 0)) / (1 + np.exp(-np.abs(a)))"
BOTH = "u, v = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh"
SPLITS = """u_r, u_z, u_g = np.split(u, 3, axis=1)  # (n, 3·hidden) -> three times (n, hidden)
v_r, v_z, v_g = np.split(v, 3, axis=1)"""
CANDIDATE = "np.tanh(u_g + r * v_g)"
BLEND = "(1 - z) * g + z * h"

with_slices_and_a_sigmoid_by_tanh = rewrite(
    {
        SPLITS: (
            "gates = (u + v)[:, : 2 * hidden]\n"
            "u_r, u_z, v_r, v_z = gates[:, :hidden], gates[:, hidden:], 0.0, 0.0\n"
            "u_g, v_g = u[:, 2 * hidden :], v[:, 2 * hidden :]"
        ),
        SIGMOID: "0.5 + 0.5 * np.tanh(0.5 * a)",
        BLEND: "g + z * (h - g)",
    }
)

with_a_block_axis = rewrite(
    {
        BOTH: (
            'u = np.einsum("nd,kjd->knj", x, w_ih.reshape(3, hidden, d))\n'
            'v = np.einsum("nm,kjm->knj", h, w_hh.reshape(3, hidden, hidden))\n'
            "u += b_ih.reshape(3, 1, hidden)\n"
            "v += b_hh.reshape(3, 1, hidden)"
        ),
        "np.split(u, 3, axis=1)": "u",
        "np.split(v, 3, axis=1)": "v",
        SIGMOID: "np.exp(-np.logaddexp(0, -a))",
        BLEND: "h + (1 - z) * (g - h)",
    }
)

with_a_plain_sigmoid = rewrite({SIGMOID: "1 / (1 + np.exp(-a))"})

reset_before_the_product = slip(
    "The reset gate multiplies h before W_hh does, as in the paper. In this kata, as in torch, it "
    "multiplies the product, its bias included.",
    {CANDIDATE: "np.tanh(u_g + (r * h) @ w_hh[2 * hidden :].T + b_hh[2 * hidden :])"},
)

reset_before_the_product_with_the_bias = slip(
    "The reset gate multiplies h before W_hh does. In this kata, as in torch, it multiplies the "
    "product.",
    {CANDIDATE: "np.tanh(u_g + (r * h) @ w_hh[2 * hidden :].T + r * b_hh[2 * hidden :])"},
)

reset_not_on_the_bias = slip(
    "The reset gate does not multiply the candidate's share of b_hh. In this kata, as in torch, "
    "that belongs to v, not to u.",
    {CANDIDATE: "np.tanh(u_g + r * (v_g - b_hh[2 * hidden :]) + b_hh[2 * hidden :])"},
)

no_reset = slip(
    "The reset gate is missing: the candidate sees the state in full.", {"r * v_g": "v_g"}
)

reset_of_both_parts = slip(
    "The reset gate weakens the input's part as well. It decides only about the state's part.",
    {"u_g + r * v_g": "r * (u_g + v_g)"},
)

reset_on_the_input = slip(
    "The reset gate multiplies the input's part. It belongs to the state's part.",
    {"u_g + r * v_g": "r * u_g + v_g"},
)

reset_after_tanh = slip(
    "The reset gate multiplies the finished candidate. It belongs inside, on the state's part.",
    {CANDIDATE: "r * np.tanh(u_g + v_g)"},
)

reset_inverted = slip(
    "1 − r of the state's part is used. Despite its name, the reset gate is the share to keep.",
    {"r * v_g": "(1 - r) * v_g"},
)

update_reversed = slip(
    "The update gate is reversed: it should be the share of the old state, and 1 − z that of the "
    "candidate. (Chung et al. 2014 write it the other way round.)",
    {BLEND: "z * g + (1 - z) * h"},
)

old_state_in_full = slip(
    "The old state is kept in full, and the candidate comes on top. A share of each makes h′.",
    {BLEND: "(1 - z) * g + h"},
)

candidate_in_full = slip(
    "The candidate is taken in full, and a share of the old state comes on top. The two shares sum "
    "to 1.",
    {BLEND: "g + z * h"},
)

old_state_forgotten = slip(
    "The old state has no share in h′, only in the gates and the candidate.", {BLEND: "(1 - z) * g"}
)

no_update_gate = slip("The update gate is missing: h′ is the candidate alone.", {BLEND: "g"})

candidate_by_sigmoid = slip(
    "The candidate goes through a sigmoid, so it is never negative. It has tanh.",
    {CANDIDATE: "_sigmoid(u_g + r * v_g)"},
)

candidate_without_tanh = slip(
    "The candidate is not squashed: tanh is missing.", {CANDIDATE: "u_g + r * v_g"}
)

gates_by_tanh = slip(
    "The gates go through tanh, but a gate is a share and lies between 0 and 1.",
    {SIGMOID: "np.tanh(a)"},
)

state_squashed = slip(
    "h′ is squashed once more. It is a mean of two numbers, and stays in range by itself.",
    {BLEND: "np.tanh((1 - z) * g + z * h)"},
)

order_z_r_g = slip(
    "The reset gate and the update gate have changed places (z first, as in Keras and ONNX).",
    {"u_r, u_z, u_g =": "u_z, u_r, u_g =", "v_r, v_z, v_g =": "v_z, v_r, v_g ="},
)

order_r_g_z = slip(
    "The last two blocks are read as candidate, update gate.",
    {"u_r, u_z, u_g =": "u_r, u_g, u_z =", "v_r, v_z, v_g =": "v_r, v_g, v_z ="},
)

order_g_r_z = slip(
    "The blocks are read as candidate, reset gate, update gate.",
    {"u_r, u_z, u_g =": "u_g, u_r, u_z =", "v_r, v_z, v_g =": "v_g, v_r, v_z ="},
)

order_of_one_part = slip(
    "The blocks of u and those of v are read in different orders. Both have r, z, g.",
    {"v_r, v_z, v_g =": "v_z, v_r, v_g ="},
)

one_gate_for_both = slip(
    "The update gate is the reset gate again. It has a block of its own.",
    {"_sigmoid(u_z + v_z)": "r"},
)

gates_interleaved = slip(
    "Every third column is taken for one block, but a block's columns lie side by side.",
    {
        "np.split(u, 3, axis=1)": "(u[:, k::3] for k in range(3))",
        "np.split(v, 3, axis=1)": "(v[:, k::3] for k in range(3))",
    },
)

gates_without_the_state = slip(
    "The gates see the input only. They see the state, too.",
    {"_sigmoid(u_r + v_r)": "_sigmoid(u_r)", "_sigmoid(u_z + v_z)": "_sigmoid(u_z)"},
)

weights_reshaped = slip(
    "The weights are reshaped, not transposed, which mixes the numbers of different units.",
    {"w_ih.T": "w_ih.reshape(d, 3 * hidden)", "w_hh.T": "w_hh.reshape(hidden, 3 * hidden)"},
)

no_recurrent_bias = slip(
    "The bias of the recurrent part, b_hh, is missing.", {"h @ w_hh.T + b_hh": "h @ w_hh.T"}
)

no_input_bias = slip(
    "The bias of the input part, b_ih, is missing.", {"x @ w_ih.T + b_ih": "x @ w_ih.T"}
)

sigmoid_as_inf_over_inf = slip(
    "exp(a) / (1 + exp(a)) becomes ∞ / ∞, which is nan, when a is far above 0.",
    {SIGMOID: "np.exp(a) / (1 + np.exp(a))"},
)

sigmoid_clipped = slip(
    "The argument of the sigmoid is clipped, so a shut gate still lets a little through.",
    {SIGMOID: "1 / (1 + np.exp(-np.clip(a, -30, 30)))"},
)

tanh_by_exponentials = slip(
    "tanh is written with exponentials that overflow, and ∞ / ∞ is nan.",
    {CANDIDATE: "u_g + r * v_g\ng = (np.exp(g) - np.exp(-g)) / (np.exp(g) + np.exp(-g))"},
)

no_check = slip(
    "A state or bias of another shape is silently broadcast, or a matrix for another number of "
    "blocks is taken.",
    {'raise ValueError(f"{name} has shape {array.shape}, expected {expected}")': "pass"},
)

biases_unchecked = slip(
    "The state is checked, but a bias of another shape is silently broadcast.",
    {
        '_check_shape("b_ih", b_ih, (3 * hidden,))': "pass",
        '_check_shape("b_hh", b_hh, (3 * hidden,))': "pass",
    },
)

one_row_at_a_time = slip(
    "It loops over the batch in Python. A matrix product does all rows at once.",
    {
        BOTH: (
            "u = np.array([w_ih @ row for row in x]).reshape(n, 3 * hidden) + b_ih\n"
            "v = np.array([w_hh @ row for row in h]).reshape(n, 3 * hidden) + b_hh"
        )
    },
)
