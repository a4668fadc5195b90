"""`kata show`: pictures drawn from the learner's own functions, the reference's beside them."""
