from kata.attempts import rewrite, slip

TOPIC = "F.cross_entropy(logits, topics)"
TAGS = "F.binary_cross_entropy_with_logits(logits, tags)"
WORDS = "F.cross_entropy(logits.transpose(1, 2), labels)"
LOG_P = "log_p = torch.log_softmax(student / temperature, dim=1)"
LOG_Q = "log_q = torch.log_softmax(teacher / temperature, dim=1)"
KL = 'F.kl_div(log_p, log_q, reduction="batchmean", log_target=True)'

from_the_formulas = rewrite(
    {
        TOPIC: "-torch.log_softmax(logits, dim=1)[torch.arange(len(topics)), topics].mean()",
        TAGS: "-(tags * F.logsigmoid(logits) + (1 - tags) * F.logsigmoid(-logits)).mean()",
        WORDS: ("F.nll_loss(torch.log_softmax(logits[labels >= 0], dim=1), labels[labels >= 0])"),
        KL: "(log_q.exp() * (log_q - log_p)).sum(dim=1).mean()",
    }
)

flattened = rewrite(
    {
        TOPIC: "F.nll_loss(F.log_softmax(logits, dim=1), topics)",
        TAGS: "(F.softplus(logits) - tags * logits).mean()",
        WORDS: "F.cross_entropy(logits.reshape(-1, logits.shape[2]), labels.reshape(-1))",
        KL: 'F.kl_div(log_p, log_q.exp(), reduction="sum") / len(student)',
    }
)

# --- topic_loss --------------------------------------------------------------------------------

softmax_twice = slip(
    "The logits go through softmax twice, for `cross_entropy` has one inside.",
    {TOPIC: "F.cross_entropy(F.softmax(logits, dim=1), topics)"},
)

logits_taken_for_logarithms = slip(
    "`nll_loss` takes logarithms of probabilities, but these are logits.",
    {TOPIC: "F.nll_loss(logits, topics)"},
)

probabilities_taken_for_logarithms = slip(
    "`nll_loss` takes logarithms of probabilities, but these are the probabilities.",
    {TOPIC: "F.nll_loss(F.softmax(logits, dim=1), topics)"},
)

logarithm_of_a_tiny_probability = slip(
    "The logarithm of a softmax is limited by the number added to it: a sure and wrong topic costs "
    "too little.",
    {TOPIC: "F.nll_loss((F.softmax(logits, dim=1) + 1e-12).log(), topics)"},
)

topics_as_numbers = slip(
    "Probabilities are compared with one-hot rows by squares; the loss is a cross-entropy.",
    {
        TOPIC: (
            "F.mse_loss(\n"
            "    F.softmax(logits, dim=1), F.one_hot(topics, logits.shape[1]).to(logits.dtype)\n"
            ")"
        )
    },
)

topics_as_tags = slip(
    "Each topic is treated as a tag of its own. Topics exclude each other: softmax, not sigmoid.",
    {
        TOPIC: (
            "F.binary_cross_entropy_with_logits(\n"
            "    logits, F.one_hot(topics, logits.shape[1]).to(logits.dtype)\n"
            ")"
        )
    },
)

sum_over_texts = slip(
    "The losses are added up over the texts; their mean is asked for.",
    {TOPIC: 'F.cross_entropy(logits, topics, reduction="sum")'},
)

smoothed_topics = slip(
    "The topics are smoothed: a share of the loss asks for all other topics.",
    {TOPIC: "F.cross_entropy(logits, topics, label_smoothing=0.1)"},
)

# --- tag_loss ----------------------------------------------------------------------------------

sigmoid_twice = slip(
    "The logits go through sigmoid twice, for the loss with logits has one inside.",
    {TAGS: "F.binary_cross_entropy_with_logits(torch.sigmoid(logits), tags)"},
)

saturated_sigmoid = slip(
    "The sigmoid of a large logit is exactly 0 or 1, and the logarithm of that is cut off at -100.",
    {TAGS: "F.binary_cross_entropy(torch.sigmoid(logits), tags)"},
)

clipped_sigmoid = slip(
    "The probabilities are clipped, so sure and wrong tags cost too little.",
    {TAGS: "F.binary_cross_entropy(torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7), tags)"},
)

tags_as_topics = slip(
    "The tags of a text share one softmax, so they exclude each other; a text may have several.",
    {TAGS: "F.cross_entropy(logits, tags)"},
)

softmax_for_tags = slip(
    "The probabilities of a text's tags come from a softmax: they should not add up to 1.",
    {TAGS: "F.binary_cross_entropy(F.softmax(logits, dim=1), tags)"},
)

tags_added_up = slip(
    "The tags of a text are added up; the mean is over all tags.",
    {TAGS: 'F.binary_cross_entropy_with_logits(logits, tags, reduction="sum") / len(tags)'},
)

only_the_tags_that_are_there = slip(
    "Only tags that are there count. Then predicting every tag costs nothing.",
    {TAGS: "-(tags * F.logsigmoid(logits)).mean()"},
)

tags_swapped = slip(
    "0 and 1 are swapped: tags that are there are taken for missing.",
    {TAGS: "F.binary_cross_entropy_with_logits(logits, 1 - tags)"},
)

# --- word_loss ---------------------------------------------------------------------------------

words_torn_apart = slip(
    "The reshape reads the logits of several words as those of one. What moves an axis?",
    {WORDS: "F.cross_entropy(logits.reshape(len(logits), logits.shape[2], -1), labels)"},
)

mean_of_means = slip(
    "Each text's mean counts the same. The mean is over words, so long texts count for more.",
    {
        WORDS: (
            "torch.stack(\n"
            "    [F.cross_entropy(own, label) for own, label in zip(logits, labels, strict=True)]\n"
            ").mean()"
        )
    },
)

padding_in_the_mean = slip(
    "The sum is divided by the number of all positions, padding included.",
    {WORDS: ('F.cross_entropy(logits.transpose(1, 2), labels, reduction="sum") / labels.numel()')},
)

padding_as_label_0 = slip(
    "Padding counts as a word with label 0.",
    {WORDS: "F.cross_entropy(logits.transpose(1, 2), labels.clamp(min=0))"},
)

softmax_twice_for_words = slip(
    "The words' logits go through softmax twice.",
    {WORDS: "F.cross_entropy(F.softmax(logits, dim=2).transpose(1, 2), labels)"},
)

softmax_over_the_text = slip(
    "The softmax runs over the words of a text, not over the labels.",
    {WORDS: "F.nll_loss(F.log_softmax(logits, dim=1).transpose(1, 2), labels)"},
)

words_added_up = slip(
    "The losses of a text's words are added up; the mean is over all words.",
    {WORDS: 'F.cross_entropy(logits.transpose(1, 2), labels, reduction="sum") / len(labels)'},
)

# --- imitation_loss ----------------------------------------------------------------------------

probabilities_for_logarithms = slip(
    "`kl_div` takes the logarithms of the student's probabilities, but it is given the "
    "probabilities.",
    {
        LOG_P: "p = F.softmax(student / temperature, dim=1)",
        KL: 'F.kl_div(p, log_q, reduction="batchmean", log_target=True)',
    },
)

logits_for_logarithms = slip(
    "`kl_div` takes the logarithms of the student's probabilities, but it is given logits.",
    {LOG_P: "log_p = student / temperature"},
)

mean_over_classes_too = slip(
    "The divergence is divided by the number of classes as well.",
    {KL: 'F.kl_div(log_p, log_q, reduction="none", log_target=True).mean()'},
)

teacher_and_student_swapped = slip(
    "Teacher and student are swapped. The divergence is not symmetric.",
    {KL: 'F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)'},
)

logarithms_taken_for_probabilities = slip(
    "The teacher's logarithms are taken for probabilities.",
    {KL: 'F.kl_div(log_p, log_q, reduction="batchmean")'},
)

cross_entropy_for_divergence = slip(
    "This is the cross-entropy between the two: it is not 0 where student and teacher agree.",
    {KL: "-(log_q.exp() * log_p).sum(dim=1).mean()"},
)

temperature_not_squared = slip(
    "The factor is the temperature. It should be its square.",
    {"temperature**2 * F": "temperature * F"},
)

temperature_not_made_good = slip(
    "The factor temperature² is missing.", {"return temperature**2 * F": "return F"}
)

temperature_for_the_teacher_only = slip(
    "The student's logits are not divided by the temperature.",
    {LOG_P: "log_p = torch.log_softmax(student, dim=1)"},
)

temperature_for_the_student_only = slip(
    "The teacher's logits are not divided by the temperature.",
    {LOG_Q: "log_q = torch.log_softmax(teacher, dim=1)"},
)

divergence_added_up = slip(
    "The divergences are added up over the texts; their mean is asked for.",
    {KL: 'F.kl_div(log_p, log_q, reduction="sum", log_target=True)'},
)

# --- total_loss --------------------------------------------------------------------------------

total_without_the_teacher = slip(
    "The loss of the imitation is not in the sum.",
    {'+ imitation_loss(outputs["teacher"], targets["teacher"], temperature)': ""},
)
