from kata.attempts import rewrite, slip

COUNT = "self._t += 1  # Once a step, not once a parameter."
START = "beta1, beta2 = self.betas"
ZEROS = "self._v = [np.zeros_like(param) for param in params]"
M_HAT = "m_hat = m / (1 - beta1**self._t)"
V_HAT = "v_hat = v / (1 - beta2**self._t)"
MOVE = "self.lr * m_hat / (np.sqrt(v_hat) + self.eps)"
RESULT = (
    "[\n"
    "    self._updated(param, grad, m, v)\n"
    "    for param, grad, (m, v) in zip(params, grads, states, strict=True)\n"
    "]"
)

with_deep_copies = rewrite(
    {
        "import numpy as np": "import copy\n\nimport numpy as np",
        ZEROS: "self._v = copy.deepcopy(self._m)",
        M_HAT: "m_hat = m.copy()\nm_hat /= 1 - beta1**self._t",
        V_HAT: "v_hat = v.copy()\nv_hat /= 1 - beta2**self._t",
    }
)

with_the_correction_in_the_step_size = rewrite(
    {
        M_HAT: "root = (1 - beta2**self._t) ** 0.5",
        V_HAT: "rate = self.lr * root / (1 - beta1**self._t)",
        MOVE: "rate * m / (np.sqrt(v) + self.eps * root)",
    }
)

# --- The four bugs of the stub, each alone -----------------------------------------------------

one_set_of_averages = slip(
    "m and v are the same arrays: a copy of a list still holds the arrays of the list.",
    {ZEROS: "self._v = self._m.copy()"},
)

counted_for_every_parameter = slip(
    "t advances once for every parameter instead of once for every step.",
    {COUNT: "", START: "self._t += 1\nbeta1, beta2 = self.betas"},
)

corrected_averages_kept = slip(
    "The corrected averages take the place of m and v, so the next step corrects them again.",
    {M_HAT: "m /= 1 - beta1**self._t\nm_hat = m", V_HAT: "v /= 1 - beta2**self._t\nv_hat = v"},
)

eps_in_the_root = slip(
    "eps stands inside the root. It belongs outside, added to √v̂.",
    {"(np.sqrt(v_hat) + self.eps)": "np.sqrt(v_hat + self.eps)"},
)

# --- Repairs that go wrong ---------------------------------------------------------------------

only_m_mended = slip(
    "The corrected v takes the place of v, so the next step corrects it again.",
    {V_HAT: "v /= 1 - beta2**self._t\nv_hat = v"},
)

only_v_mended = slip(
    "The corrected m takes the place of m, so the next step corrects it again.",
    {M_HAT: "m /= 1 - beta1**self._t\nm_hat = m"},
)

no_correction_at_all = slip(
    "The bias correction is gone: m and v start at 0, so both are too small in the first steps.",
    {M_HAT: "m_hat = m", V_HAT: "v_hat = v"},
)

no_correction_of_m = slip("m is no longer corrected for its start at 0.", {M_HAT: "m_hat = m"})

no_correction_of_v = slip("v is no longer corrected for its start at 0.", {V_HAT: "v_hat = v"})

counted_after_the_step = slip(
    "The first step gives nan. Is t still 0 there, so that the correction divides by 1 − β⁰ = 0?",
    {COUNT: "", f"return {RESULT}": f"new = {RESULT}\nself._t += 1\nreturn new"},
)

counted_from_one = slip(
    "t is 2 in the first step: the bias correction comes a step too late.",
    {"self._t = 0": "self._t = 1"},
)

counted_when_the_state_is_made = slip(
    "Every step is corrected as the first one is. The correction should fade as t grows.",
    {COUNT: "", ZEROS: f"{ZEROS}\nself._t += 1"},
)

eps_before_the_correction = slip(
    "eps is added to √v before the bias correction. It should be added after.",
    {
        V_HAT: "v_hat = v",
        MOVE: "self.lr * m_hat / ((np.sqrt(v_hat) + self.eps) / (1 - beta2**self._t) ** 0.5)",
    },
)

eps_lost = slip(
    "eps is gone: where all gradients were 0, the step is 0/0.",
    {"(np.sqrt(v_hat) + self.eps)": "np.sqrt(v_hat)"},
)

eps_squared_in_the_root = slip(
    "eps² in the root is not the same as eps outside: √(v̂ + eps²) is less than √v̂ + eps.",
    {"(np.sqrt(v_hat) + self.eps)": "np.sqrt(v_hat + self.eps**2)"},
)

averages_start_at_one = slip(
    "v starts at 1. It should start at 0, as the correction assumes.",
    {ZEROS: "self._v = [np.ones_like(param) for param in params]"},
)

v_forgotten = slip(
    "v is made anew in every step, so it remembers nothing.",
    {"self._t += 1": f"{ZEROS}\nself._t += 1"},
)

nothing_remembered = slip(
    "m and v are made anew in every step, so nothing is remembered.",
    {"if not self._m:": "if True:"},
)

square_of_m = slip(
    "v averages the squares of m. It should average those of the gradient.", {"grad**2": "m**2"}
)

betas_swapped = slip(
    "The two betas are swapped: the first belongs to m, the second to v.",
    {START: "beta2, beta1 = self.betas"},
)

corrections_swapped = slip(
    "The corrections are swapped: m̂ takes β₁, v̂ takes β₂.",
    {
        "1 - beta1**self._t": "1 - beta2**self._t",
        "v / (1 - beta2**self._t)": ("v / (1 - beta1**self._t)"),
    },
)

v_corrected_with_the_beta_of_m = slip(
    "v is corrected with β₁, which belongs to m.",
    {V_HAT: "v_hat = v / (1 - beta1**self._t)"},
)
