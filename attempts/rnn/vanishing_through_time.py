import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.rnn.vanishing_through_time import lstm_cell_path, rnn_sensitivity

JACOBIAN = "(1 - h**2)[:, None] * (w_hh @ jacobian)"
NORM = "np.linalg.norm(jacobian, ord=2)"
PATH = "np.cumprod(forget_gates, axis=0).max(axis=1)"


@right(rnn_sensitivity)
def with_a_list_of_jacobians(x, h0, w_ih, w_hh, b):
    h, products = h0, []
    for from_x in x @ w_ih.T + b:
        h = np.tanh(from_x + w_hh @ h)
        step = np.diag(1 - np.square(h)) @ w_hh
        products.append(step @ products[-1] if products else step)
    # The largest singular value is the root of the largest eigenvalue of J Jᵀ.
    squares = np.stack(products) @ np.stack(products).swapaxes(1, 2)
    return np.sqrt(np.linalg.eigvalsh(squares)[:, -1])


with_singular_values = rewrite(
    {
        JACOBIAN: "np.einsum('i,ij,jk->ik', 1 - h * h, w_hh, jacobian)",
        NORM: "np.linalg.svd(jacobian, compute_uv=False)[0]",
    }
)


@right(lstm_cell_path)
def step_by_step(forget_gates):
    kept, path = np.ones(forget_gates.shape[1]), []
    for gate in forget_gates:
        kept = kept * gate
        path.append(np.abs(kept).max())
    return np.array(path)


@right(lstm_cell_path)
def as_norms_of_diagonal_matrices(forget_gates):
    products = np.cumprod(forget_gates, axis=0)
    return np.linalg.norm(products[:, :, None] * np.eye(products.shape[1]), ord=2, axis=(1, 2))


# --- The RNN ---------------------------------------------------------------------------------

frobenius = slip(
    "This is the Frobenius norm, the root of all squares. The spectral norm is the largest "
    "singular value alone.",
    {NORM: "np.linalg.norm(jacobian)"},
)

largest_eigenvalue = slip(
    "This is the spectral radius, the size of the largest eigenvalue. The largest singular value "
    "may be far above it.",
    {NORM: "np.abs(np.linalg.eigvals(jacobian)).max()"},
)

largest_row_sum = slip(
    "This is the largest row sum. The spectral norm is the largest singular value.",
    {NORM: "np.linalg.norm(jacobian, ord=np.inf)"},
)

largest_column_sum = slip(
    "This is the largest column sum. The spectral norm is the largest singular value.",
    {NORM: "np.linalg.norm(jacobian, ord=1)"},
)

largest_entry = slip(
    "This is the largest entry of the Jacobian. A vector may be stretched by more.",
    {NORM: "np.abs(jacobian).max()"},
)

smallest_singular_value = slip(
    "This is the smallest singular value: the least that a vector is stretched by, not the most.",
    {NORM: "np.linalg.norm(jacobian, ord=-2)"},
)

search_from_ones = slip(
    "The norm is sought from a single vector, as in power iteration. What if the Jacobian takes "
    "that vector to 0, or if two singular values are nearly alike?",
    {
        f"norms[k] = {NORM}": (
            "v = np.ones(len(h))\n"
            "for _ in range(1000):\n"
            "    v = jacobian.T @ (jacobian @ v)\n"
            "    v /= np.linalg.norm(v)\n"
            "norms[k] = np.linalg.norm(jacobian @ v)"
        )
    },
)

root_forgotten = slip(
    "This is the square of the norm: the eigenvalues of JᵀJ are squares of singular values.",
    {NORM: "np.linalg.norm(jacobian, ord=2) ** 2"},
)

gradient_of_the_sum = slip(
    "This is the gradient of the sum of the units. The norm asks for the combination that depends "
    "on h0 most.",
    {NORM: "np.linalg.norm(jacobian.sum(axis=0))"},
)

logarithm = slip("This is the logarithm of the norm.", {NORM: f"np.log({NORM})"})

product_of_norms = slip(
    "The norms of the single steps are multiplied. That is only an upper bound: one step may "
    "shrink what the one before has stretched.",
    {JACOBIAN: "(1 - h**2)[:, None] * w_hh", NORM: f"{NORM} * (norms[k - 1] if k else 1.0)"},
)

single_steps = slip(
    "This is the norm of a single step, ∂hs[k]/∂hs[k − 1]. The way back to h0 leads through all "
    "steps.",
    {JACOBIAN: "(1 - h**2)[:, None] * w_hh"},
)

one_step_early = slip(
    "Each norm is that of the step before: ∂h0/∂h0 stands first, and the last one is missing.",
    {f"jacobian = {JACOBIAN}\nnorms[k] = {NORM}": f"norms[k] = {NORM}\njacobian = {JACOBIAN}"},
)

wrong_order = slip(
    "The product has the wrong order: the latest step stands on the left, as it acts last.",
    {JACOBIAN: "jacobian @ ((1 - h**2)[:, None] * w_hh)"},
)

weights_on_the_other_side = slip(
    "The slopes and W_hh do not stand in the order in which the steps act: that of step k is "
    "diag(1 − hs[k]²) W_hh, to the left of all before it.",
    {"w_hh @ jacobian": "jacobian @ w_hh"},
)

slope_of_the_columns = slip(
    "The slope of tanh scales the columns of W_hh. It belongs to the new state, whose units are "
    "the rows.",
    {JACOBIAN: "(w_hh * (1 - h**2)) @ jacobian"},
)

slope_of_the_units_of_h0 = slip(
    "The slope of tanh scales the columns of the product, which belong to the units of h0. It "
    "belongs to the new state, whose units are the rows.",
    {"[:, None] * (w_hh @ jacobian)": " * (w_hh @ jacobian)"},
)

slope_of_the_earlier_state = slip(
    "The slope of tanh is taken at the state before the step. It is that of the new state.",
    {
        "h = np.tanh(w_ih @ inputs + w_hh @ h + b)": (
            "before, h = h, np.tanh(w_ih @ inputs + w_hh @ h + b)"
        ),
        "(1 - h**2)": "(1 - before**2)",
    },
)

slope_of_the_sum = slip(
    "1 − z² is taken of what goes into tanh. The slope is 1 − h², of what comes out.",
    {"(1 - h**2)": "(1 - np.arctanh(h) ** 2)"},
)

tanh_twice = slip(
    "tanh is taken again of a state, which is a tanh already: the slope is 1 − h².",
    {"(1 - h**2)": "(1 - np.tanh(h) ** 2)"},
)

slope_not_squared = slip("The slope of tanh is 1 − h², not 1 − h.", {"(1 - h**2)": "(1 - h)"})

sigmoid_slope = slip(
    "h (1 − h) is the slope of the sigmoid. This network has tanh.", {"(1 - h**2)": "(h * (1 - h))"}
)

no_slope = slip(
    "The slope of tanh is missing: these are the norms of powers of W_hh.",
    {JACOBIAN: "w_hh @ jacobian"},
)

recurrent_weights_transposed = slip(
    "W_hh is transposed in the Jacobian. Column j of it belongs to unit j of the earlier state.",
    {"w_hh @ jacobian": "w_hh.T @ jacobian"},
)

state_not_carried = slip(
    "Every step starts from h0, so the slopes are taken at the wrong states.",
    {"w_hh @ h + b": "w_hh @ h0 + b"},
)

# --- The memory of an LSTM -------------------------------------------------------------------

frobenius_of_the_path = slip(
    "This is the Frobenius norm, the root of the sum of squares over the units: it would grow with "
    "their number. The spectral norm is the largest singular value.",
    {PATH: "np.linalg.norm(np.cumprod(forget_gates, axis=0), axis=1)"},
)

mean_over_the_units = slip(
    "This is the mean over the units. The norm is that of the unit that keeps most.",
    {".max(axis=1)": ".mean(axis=1)"},
)

least_of_the_units = slip(
    "This is the unit that keeps least. The norm is that of the one that keeps most.",
    {".max(axis=1)": ".min(axis=1)"},
)

products_of_the_largest_gates = slip(
    "The largest gate of each step is multiplied, whichever unit has it. Each unit keeps the "
    "product of its own gates.",
    {PATH: "np.cumprod(forget_gates.max(axis=1))"},
)

unit_that_keeps_most_at_the_end = slip(
    "One unit is followed through all steps: the one that keeps most at the end. At each step it "
    "may be another.",
    {PATH: "(kept := np.cumprod(forget_gates, axis=0))[:, kept[-1].argmax()].copy()"},
)

logarithms_with_a_little_more = slip(
    "A little is added to each gate, perhaps for the sake of a logarithm. A product needs none of "
    "it, and small results get wrong.",
    {PATH: "np.exp(np.cumsum(np.log(forget_gates + 1e-12), axis=0)).max(axis=1)"},
)

gates_of_the_step_alone = slip(
    "This is the largest gate of each step alone. What is left of c0 has been through all gates "
    "so far.",
    {PATH: "forget_gates.max(axis=1)"},
)

gates_added = slip(
    "The gates are added up. Each one keeps a share of what the one before has left.",
    {"np.cumprod": "np.cumsum"},
)

one_step_early_on_the_path = slip(
    "Each place holds what was left before its step: 1 stands first, and the last is missing.",
    {
        PATH: (
            "np.cumprod(np.vstack([np.ones_like(forget_gates[:1]), forget_gates[:-1]]), axis=0)"
            ".max(axis=1)"
        )
    },
)

product_from_the_end = slip(
    "The products run from the last step to the first. They start at c0.",
    {PATH: "np.cumprod(forget_gates[::-1], axis=0)[::-1].max(axis=1)"},
)

sigmoid_once_more = slip(
    "The gates go through a sigmoid again. They are gates already, from 0 to 1.",
    {PATH: "np.cumprod(1 / (1 + np.exp(-forget_gates)), axis=0).max(axis=1)"},
)

what_is_forgotten = slip(
    "This follows what is forgotten, 1 − f. Despite its name, a forget gate is the share to keep.",
    {PATH: "np.cumprod(1 - forget_gates, axis=0).max(axis=1)"},
)
