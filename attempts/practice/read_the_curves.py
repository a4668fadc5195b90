from kata.attempts import rewrite, slip

low_rate_for_underfitting = slip(
    "A rate too low would still be falling evenly at the end. This run has levelled off.",
    {'return "underfitting"': 'return "rate too low"'},
)

overfitting_for_underfitting = slip(
    "Overfitting shows as a gap between train and val. Here both are equally bad.",
    {'return "underfitting"': 'return "overfitting"'},
)

wrong_loss_for_underfitting = slip(
    "A second softmax hides how good the run is: acc would be high. It is as bad as the loss.",
    {'return "underfitting"': 'return "wrong loss"'},
)

dead_for_underfitting = slip(
    "With dead units, grad would be 0 and the loss would stay at log 10 ≈ 2.30. It gets below "
    "that.",
    {'return "underfitting"': 'return "dead units"'},
)

piled_up_for_high_rate = slip(
    "Without zero_grad, the gradient would pile up. Here it is no larger at the end than at "
    "the start.",
    {'return "rate too high"': 'return "no zero_grad"'},
)

sorted_for_high_rate = slip(
    "In rows sorted by class, during would lie far below train. Here both leap about alike.",
    {'return "rate too high"': 'return "no shuffle"'},
)

underfitting_for_high_rate = slip(
    "A network that is too small levels off smoothly. These losses leap from epoch to epoch.",
    {'return "rate too high"': 'return "underfitting"'},
)

low_for_high_rate = slip(
    "A rate too low makes smooth, slow curves. These leap up and down.",
    {'return "rate too high"': 'return "rate too low"'},
)

low_rate_for_shuffled_labels = slip(
    "A rate too low moves train and val alike. Here only train falls.",
    {'return "labels shuffled"': 'return "rate too low"'},
)

overfitting_for_shuffled_labels = slip(
    "Overfitting first learns something that holds for new rows too. Here val never gets "
    "below 2.30, and acc stays at a guess.",
    {'return "labels shuffled"': 'return "overfitting"'},
)

dead_for_shuffled_labels = slip(
    "With dead units grad would be 0, and train could not get below 2.30. It does.",
    {'return "labels shuffled"': 'return "dead units"'},
)

underfitting_for_shuffled_labels = slip(
    "A small network would be bad on both in the same way. Here val rises while train falls.",
    {'return "labels shuffled"': 'return "underfitting"'},
)

leakage_for_nothing = slip(
    "Leakage would show as test far above val. They agree.",
    {'return "nothing"': 'return "leakage"'},
)

dropout_for_nothing = slip(
    "With dropout in evaluation, val and again would differ. They are the same.",
    {'return "nothing"': 'return "dropout in evaluation"'},
)

underfitting_for_nothing = slip(
    "during is high since units drop out in training. Evaluated, the training rows are right.",
    {'return "nothing"': 'return "underfitting"'},
)

overfitting_for_nothing = slip(
    "A gap of 0.05 between train and val is normal, and val still falls.",
    {'return "nothing"': 'return "overfitting"'},
)

low_rate_for_dead_units = slip(
    "With a rate too low, gradients would be as large as in any run. Here grad is 0.",
    {'return "dead units"': 'return "rate too low"'},
)

shuffled_for_dead_units = slip(
    "With shuffled labels there would be gradients, and train would slowly fall. Here grad is 0.",
    {'return "dead units"': 'return "labels shuffled"'},
)

underfitting_for_dead_units = slip(
    "Even a small network learns a little. Here no gradient reaches the first layer.",
    {'return "dead units"': 'return "underfitting"'},
)

high_rate_for_dead_units = slip(
    "A rate too high can kill units, but the loss leaps first. Here grad is 0 from the first "
    "epoch on, and nothing leaps.",
    {'return "dead units"': 'return "rate too high"'},
)

overfitting_for_no_shuffle = slip(
    "Overfitting would show in train too. Evaluated after the epoch, the training rows are as "
    "bad as new ones.",
    {'return "no shuffle"': 'return "overfitting"'},
)

high_rate_for_no_shuffle = slip(
    "With a rate too high, during would leap as train does. It falls steadily, far below train.",
    {'return "no shuffle"': 'return "rate too high"'},
)

shuffled_for_no_shuffle = slip(
    "With shuffled labels, during could not fall so fast. And acc ends at 0.77.",
    {'return "no shuffle"': 'return "labels shuffled"'},
)

piled_up_for_no_shuffle = slip(
    "Without zero_grad, grad would pile up. Here it does not grow.",
    {'return "no shuffle"': 'return "no zero_grad"'},
)

underfitting_for_wrong_loss = slip(
    "A network that underfits would be often wrong. This one is right on 95 %.",
    {'return "wrong loss"': 'return "underfitting"'},
)

low_rate_for_wrong_loss = slip(
    "A rate too low would not reach 95 %. The loss levels off although the answers are right.",
    {'return "wrong loss"': 'return "rate too low"'},
)

nothing_for_wrong_loss = slip(
    "At 95 % right, the cross-entropy of the logits would be about 0.2. It stands at 1.5.",
    {'return "wrong loss"': 'return "nothing"'},
)

leakage_for_overfitting = slip(
    "With leakage, val would be as low as train. Here val and test agree, far above it.",
    {'return "overfitting"': 'return "leakage"'},
)

shuffled_for_overfitting = slip(
    "With all labels shuffled, acc would stay at a guess. It gets to 0.66.",
    {'return "overfitting"': 'return "labels shuffled"'},
)

underfitting_for_overfitting = slip(
    "Underfitting is bad on the training rows too. Here train gets to 0.15.",
    {'return "overfitting"': 'return "underfitting"'},
)

nothing_for_overfitting = slip(
    "val has stopped falling at nine times the training loss.",
    {'return "overfitting"': 'return "nothing"'},
)

underfitting_for_dropout = slip(
    "Look at again: the same rows and weights give another loss. A small network would not do "
    "that.",
    {'return "dropout in evaluation"': 'return "underfitting"'},
)

nothing_for_dropout = slip(
    "val and again differ, though they are the same rows and weights. An evaluation should "
    "draw nothing.",
    {'return "dropout in evaluation"': 'return "nothing"'},
)

no_shuffle_for_dropout = slip(
    "The order of the training rows cannot make two evaluations of the same rows differ.",
    {'return "dropout in evaluation"': 'return "no shuffle"'},
)

leakage_for_dropout = slip(
    "Leaked rows cannot make two evaluations of the same rows differ.",
    {'return "dropout in evaluation"': 'return "leakage"'},
)

dead_for_low_rate = slip(
    "With dead units grad would be 0. It is as large as at the start of a good run.",
    {'return "rate too low"': 'return "dead units"'},
)

shuffled_for_low_rate = slip(
    "With shuffled labels val would not fall with train. Here both fall alike, only slowly.",
    {'return "rate too low"': 'return "labels shuffled"'},
)

underfitting_for_low_rate = slip(
    "A small network levels off, with small gradients. Here the losses have hardly moved, and "
    "the gradients are as at the start.",
    {'return "rate too low"': 'return "underfitting"'},
)

high_rate_for_zero_grad = slip(
    "With a rate too high the losses leap, but the gradient does not pile up. Here grad only "
    "grows, and the first epoch goes well.",
    {'return "no zero_grad"': 'return "rate too high"'},
)

sorted_for_zero_grad = slip(
    "In rows sorted by class, during would lie far below train. Here both are high.",
    {'return "no zero_grad"': 'return "no shuffle"'},
)

overfitting_for_zero_grad = slip(
    "Overfitting would not raise the training loss. Here it rises with the others.",
    {'return "no zero_grad"': 'return "overfitting"'},
)

overfitting_for_leakage = slip(
    "val is as low as train: by val alone, nothing is overfitted. That is what is suspicious, "
    "as test is higher.",
    {'return "leakage"': 'return "overfitting"'},
)

nothing_for_leakage = slip(
    "val should be like test. It is like train, to the last digit.",
    {'return "leakage"': 'return "nothing"'},
)

dropout_for_leakage = slip(
    "With dropout in evaluation, val and again would differ. They are the same.",
    {'return "leakage"': 'return "dropout in evaluation"'},
)

put_together = rewrite({'return "no shuffle"': "return ' '.join(['no', 'shuffle'])"})

by_elimination = rewrite({'return "nothing"': 'return "nothing wrong".split()[0]'})
