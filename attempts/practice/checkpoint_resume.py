from kata.attempts import rewrite, slip

NAMES = '("params", "m", "v", "t", "lr", "epoch", "order")'
SAVED = 'return copy.deepcopy(changing) | {"rng": self.rng.bit_generator.state}'
RNG = '{"rng": self.rng.bit_generator.state}'
LOADED = "setattr(self, name, copy.deepcopy(state[name]))"
RNG_LOADED = 'self.rng.bit_generator.state = state["rng"]'
LOOP = f"for name in _CHANGING:\n    {LOADED}"

all_but_the_data = rewrite(
    {
        "changing = {name: getattr(self, name) for name in _CHANGING}": (
            'changing = {k: v for k, v in vars(self).items() if k not in ("x", "y", "rng")}'
        ),
        f"{LOOP}\n{RNG_LOADED}": (
            "own = copy.deepcopy(state)\n"
            "self.rng = np.random.default_rng()\n"
            'self.rng.bit_generator.state = own.pop("rng")\n'
            "vars(self).update(own)"
        ),
    }
)

as_text = rewrite(
    {
        "import copy\n": "import copy\nimport json\n",
        SAVED: (
            'for name in ("params", "m", "v"):\n'
            "    changing[name] = [array.tolist() for array in changing[name]]\n"
            'changing["order"] = self.order.tolist()\n'
            f'return {{"json": json.dumps(changing | {RNG})}}'
        ),
        LOOP: (
            'state = json.loads(state["json"])\n'
            'for name in ("params", "m", "v"):\n'
            "    setattr(self, name, [np.array(values) for values in state[name]])\n"
            'self.order = np.array(state["order"], dtype=int)\n'
            'self.t, self.lr, self.epoch = state["t"], state["lr"], state["epoch"]'
        ),
    }
)

one_by_one = rewrite(
    {
        SAVED: (
            'params = {"w": self.params[0].copy(), "b": self.params[1].copy()}\n'
            'adam = {"m": [m + 0 for m in self.m], "v": [v + 0 for v in self.v], "t": self.t}\n'
            "run = self.lr, self.epoch, np.array(self.order)\n"
            f'return {{"params": params, "adam": adam, "run": run}} | {RNG}'
        ),
        LOOP: (
            'self.params = [state["params"][name].copy() for name in "wb"]\n'
            'for name in "mv":\n'
            '    setattr(self, name, [array.copy() for array in state["adam"][name]])\n'
            'self.t = state["adam"]["t"]\n'
            'self.lr, self.epoch, order = state["run"]\n'
            "self.order = order.copy()"
        ),
    }
)

# --- What is forgotten -------------------------------------------------------------------------

params_forgotten = slip("The parameters are not those of the saved trainer.", {'"params", ': ""})

all_but_the_params_forgotten = slip(
    "Only the parameters are restored. The next steps also depend on all that `step` reads and "
    "writes besides.",
    {LOOP: 'self.params = copy.deepcopy(state["params"])', RNG_LOADED: "pass"},
)

bias_forgotten = slip(
    "The weights are restored, but the bias is not.",
    {LOOP: f"bias = self.params[1]\n{LOOP}\nself.params[1] = bias"},
)

moments_forgotten = slip(
    "Adam's m and v are not restored. Its steps depend on earlier gradients through them.",
    {'"m", "v", ': ""},
)

adam_begun_anew = slip(
    "m, v and t start at 0 again, as in a new Adam: the next steps are far too long.",
    {
        RNG_LOADED: (
            f"{RNG_LOADED}\n"
            "self.m = [np.zeros_like(param) for param in self.params]\n"
            "self.v = [np.zeros_like(param) for param in self.params]\n"
            "self.t = 0"
        )
    },
)

m_forgotten = slip("v is restored, but m is not.", {'"m", ': ""})

v_forgotten = slip("m is restored, but v is not.", {'"v", ': ""})

moments_exchanged = slip(
    "m and v have changed places.", {RNG_LOADED: f"{RNG_LOADED}\nself.m, self.v = self.v, self.m"}
)

v_loaded_from_m = slip(
    "v is loaded from m.", {RNG_LOADED: f'{RNG_LOADED}\nself.v = copy.deepcopy(state["m"])'}
)

t_forgotten = slip(
    "The number of steps, t, is not restored, so m and v are corrected as if they had just begun.",
    {'"t", ': ""},
)

zero_taken_for_nothing = slip(
    "What is 0 in the state is not loaded, as by `state[…] or self.…`: then an older number stays.",
    {
        LOADED: (
            "if isinstance(state[name], list | np.ndarray) or state[name]:\n"
            "    setattr(self, name, copy.deepcopy(state[name]))"
        )
    },
)

lr_forgotten = slip(
    "The rate is the one that the new trainer was made with. It has fallen since.", {'"lr", ': ""}
)

epoch_forgotten = slip("The number of the epoch is not restored.", {'"epoch", ': ""})

lr_and_epoch_forgotten = slip(
    "The rate and the number of the epoch are those of the new trainer.", {'"lr", "epoch", ': ""}
)

epoch_counted_twice = slip(
    "The number of the epoch is one too high: the epoch that was interrupted is counted again.",
    {RNG_LOADED: f"{RNG_LOADED}\nself.epoch += 1"},
)

order_forgotten = slip(
    "The rest of the interrupted epoch is not that of the saved trainer.", {', "order")': ")"}
)

next_epoch_at_once = slip(
    "The rest of the interrupted epoch is left out: the next step begins a new one.",
    {RNG_LOADED: f"{RNG_LOADED}\nself.order = np.arange(0)"},
)

epoch_shuffled_again = slip(
    "The interrupted epoch begins again in a new order, so some rows come twice in it.",
    {RNG_LOADED: f"{RNG_LOADED}\nself.order = self.rng.permutation(len(self.x))"},
)

rest_in_another_order = slip(
    "The rows left in the epoch are the right ones, but not in their order.",
    {RNG_LOADED: f"{RNG_LOADED}\nself.order.sort()"},
)

generator_forgotten = slip(
    "The generator is not restored: noise and orders are those of another seed.",
    {SAVED: "return copy.deepcopy(changing)", RNG_LOADED: "pass"},
)

generator_seeded_anew = slip(
    "The generator is seeded anew, and draws again what was drawn at the start.",
    {
        RNG: '{"seed": self.seed}',
        "self.rng = np.random.default_rng(seed)": (
            "self.seed, self.rng = seed, np.random.default_rng(seed)"
        ),
        RNG_LOADED: 'self.rng = np.random.default_rng(state["seed"])',
    },
)

generator_saved_in_part = slip(
    "Of the generator only a part is restored. It also keeps half of an earlier draw for later.",
    {RNG_LOADED: f'{RNG_LOADED} | {{"has_uint32": 0, "uinteger": 0}}'},
)

generator_saved_at_the_start_of_the_epoch = slip(
    "The generator is restored as it was before the order of this epoch was drawn.",
    {
        RNG: '{"rng": self.before}',
        "self.rng = np.random.default_rng(seed)": (
            "self.rng = np.random.default_rng(seed)\nself.before = self.rng.bit_generator.state"
        ),
        "self.epoch += 1": "self.epoch += 1\nself.before = self.rng.bit_generator.state",
        RNG_LOADED: f'{RNG_LOADED}\nself.before = state["rng"]',
    },
)

# --- What is not exact, or not a snapshot ------------------------------------------------------

in_float32 = slip(
    "Digits get lost: the parameters are saved in float32.",
    {
        SAVED: (
            "changing |= {\n"
            '    "params": [param.astype(np.float32).astype(float) for param in self.params]\n'
            "}\n"
            f"{SAVED}"
        )
    },
)

empty_order_of_floats = slip(
    "`order` comes back from a list, and an empty list makes an array of floats.",
    {RNG_LOADED: f"{RNG_LOADED}\nself.order = np.array(self.order.tolist())"},
)

numbers_of_numpy = slip(
    "t, epoch and lr come back from one array, as floats of NumPy.",
    {
        RNG_LOADED: (
            f"{RNG_LOADED}\nself.t, self.epoch, self.lr = np.array([self.t, self.epoch, self.lr])"
        )
    },
)

generator_shared = slip(
    "The state holds the trainer's own Generator: whoever loads it draws from the same one. Plain "
    "data are in its bit generator's state.",
    {SAVED: SAVED.replace(RNG, '{"rng": self.rng}'), RNG_LOADED: 'self.rng = state["rng"]'},
)

own_attributes = slip(
    "The state holds the trainer's own attributes, the data and the Generator among them. Asked "
    "for is a snapshot of what changes.",
    {SAVED: "return dict(vars(self))", f"{LOOP}\n{RNG_LOADED}": "vars(self).update(state)"},
)

generator_object = slip(
    "The state holds a Generator. Plain data are in its bit generator's state.",
    {
        SAVED: 'return copy.deepcopy(changing | {"rng": self.rng})',
        RNG_LOADED: 'self.rng = copy.deepcopy(state["rng"])',
    },
)

pickled = slip(
    "The state is a pickle in bytes. Asked for are dicts, lists, arrays, numbers and strings.",
    {
        "import copy\n": "import copy\nimport pickle\n",
        SAVED: f'return {{"pickle": pickle.dumps(changing | {RNG})}}',
        LOOP: f'state = pickle.loads(state["pickle"])\n{LOOP}',
    },
)

one_dict_for_all_states = slip(
    "All states of a trainer are one dict: a later call of `state` changes those before it.",
    {
        SAVED: (
            'self._saved = getattr(self, "_saved", {})\n'
            f"self._saved.update(copy.deepcopy(changing) | {RNG})\n"
            "return self._saved"
        )
    },
)

kept_elsewhere = slip(
    "The state is too short to hold all that a later step depends on. In a new process, nothing "
    "else is there.",
    {
        "class Trainer:": "_KEPT = []\n\n\nclass Trainer:",
        SAVED: (
            f'_KEPT.append(copy.deepcopy(changing) | {RNG})\nreturn {{"number": len(_KEPT) - 1}}'
        ),
        LOOP: f'state = _KEPT[state["number"]]\n{LOOP}',
    },
)

saved_state_again = slip(
    "`state` may give an earlier state again, as where it is kept until t changes. A load may have "
    "changed the rest.",
    {
        SAVED: (
            'if getattr(self, "_saved", {}).get("t") != self.t:\n'
            f"    self._saved = copy.deepcopy(changing) | {RNG}\n"
            "return copy.deepcopy(self._saved)"
        )
    },
)

taken_out_of_the_state = slip(
    "Loading takes the parts out of the state, which cannot be loaded again then.",
    {
        LOADED: "setattr(self, name, state.pop(name))",
        RNG_LOADED: RNG_LOADED.replace('state["rng"]', 'state.pop("rng")'),
    },
)

not_a_snapshot = slip(
    "The state holds the trainer's own arrays, perhaps in new lists, and steps write into them.",
    {
        SAVED: SAVED.replace(
            "copy.deepcopy(changing)", "{k: copy.copy(v) for k, v in changing.items()}"
        )
    },
)

trained_in_the_state = slip(
    "The trainer goes on in the state's own arrays: loaded again, it is another state.",
    {LOADED: "setattr(self, name, state[name])"},
)

with_the_data = slip(
    "The state holds x and y too. The data would be saved with every checkpoint.",
    {NAMES: '("x", "y", "params", "m", "v", "t", "lr", "epoch", "order")'},
)
