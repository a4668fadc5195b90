import re
from collections import Counter, defaultdict
from itertools import pairwise

from kata.attempts import right, slip, wrong
from solutions.attention.bpe import encode, train_bpe

COUNT = "for pair in pairwise(symbols):\n    counts[pair] += words[word]"
BEST = "max(counts, key=lambda pair: (counts[pair], pair))"
JOIN_ALL = "symbols_of = {word: _join(symbols, best) for word, symbols in symbols_of.items()}"
REPLAY = "for pair in merges:\n    symbols = _join(symbols, pair)"


@right(train_bpe)
def with_counts_that_are_kept_up_to_date(words, n_merges):
    split = [[*word] for word in words]
    frequency = [*words.values()]
    counts, where = Counter(), defaultdict(set)

    def count(number, sign):
        for pair in zip(split[number], split[number][1:], strict=False):
            counts[pair] += sign * frequency[number]
            where[pair].add(number)

    for number in range(len(split)):
        count(number, 1)
    merges = []
    while len(merges) < n_merges and max(counts.values(), default=0) > 0:
        pair = max((amount, pair) for pair, amount in counts.items())[1]
        for number in tuple(where[pair]):
            count(number, -1)
            old, new = split[number][::-1], []
            while old:
                symbol = old.pop()
                new.append(symbol + old.pop() if [symbol, *old[-1:]] == [*pair] else symbol)
            split[number] = new
            count(number, 1)
        merges.append(pair)
    return merges


@right(train_bpe)
def with_regular_expressions(words, n_merges):
    texts, merges = {"\0".join(word): count for word, count in words.items()}, []
    for _ in range(n_merges):
        counts = defaultdict(int)
        for text, count in texts.items():
            symbols = text.split("\0")
            for i in range(len(symbols) - 1):
                counts[symbols[i], symbols[i + 1]] += count
        if not counts:
            return merges
        most = max(counts.values())
        pair = max(pair for pair in counts if counts[pair] == most)
        merges.append(pair)
        pattern = re.compile(r"(?<![^\0])" + re.escape("\0".join(pair)) + r"(?![^\0])")
        together = "".join(pair)
        texts = {pattern.sub(lambda _, t=together: t, text): n for text, n in texts.items()}
    return merges


@right(encode)
def by_the_lowest_rank_that_is_there(word, merges):
    rank = {pair: number for number, pair in enumerate(merges)}
    symbols = list(word)
    while len(symbols) > 1:
        pairs = pairwise(symbols)
        best, place = min((rank.get(pair, len(rank)), i) for i, pair in enumerate(pairs))
        if best == len(rank):
            break
        symbols[place : place + 2] = [symbols[place] + symbols[place + 1]]
    return symbols


@wrong(
    encode,
    "The word is cut by taking the longest known symbol from the left, as WordPiece does. BPE goes "
    "by the order of the merges.",
)
def longest_symbol_first(word, merges):
    known, symbols = {"".join(pair) for pair in merges}, []
    while word:
        ends = range(len(word), 1, -1)
        end = next((end for end in ends if word[:end] in known), 1)
        symbols.append(word[:end])
        word = word[end:]
    return symbols


@wrong(
    train_bpe,
    "Pairs reach from the end of one word into the next, as in one long text. They lie within a "
    "word.",
)
def across_words(words, n_merges):
    symbols, merges = [*"".join(word * count for word, count in words.items())], []
    for _ in range(n_merges):
        counts = Counter(pairwise(symbols))
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        rest, symbols = symbols[::-1], []
        while rest:
            symbol = rest.pop()
            symbols.append(symbol + rest.pop() if (symbol, *rest[-1:]) == best else symbol)
    return merges


first_pair_met = slip(
    "Of equally frequent pairs, the one met first is joined. It should be the greater one.",
    {BEST: "max(counts, key=lambda pair: counts[pair])"},
)

last_pair_met = slip(
    "Of equally frequent pairs, the one met last is joined. It should be the greater one.",
    {BEST: "max(reversed([*counts]), key=lambda pair: counts[pair])"},
)

smaller_pair_wins = slip(
    "Of equally frequent pairs, the smaller one is joined. It should be the greater one.",
    {BEST: "min(counts, key=lambda pair: (-counts[pair], pair))"},
)

ties_by_joined_text = slip(
    "Ties are decided by the text of the joined symbol. Compare the pairs as tuples.",
    {BEST: 'max(counts, key=lambda pair: (counts[pair], "".join(pair)))'},
)

ties_by_second_symbol = slip(
    "Ties are decided by the second symbol first. Tuples are compared from their first entry on.",
    {BEST: "max(counts, key=lambda pair: (counts[pair], pair[::-1]))"},
)

frequency_ignored = slip(
    "The words' counts are ignored: a pair counts as often as it stands in the list of words.",
    {COUNT: "for pair in pairwise(symbols):\n    counts[pair] += 1"},
)

once_a_word = slip(
    "A pair counts once a word, though a word may have it at several places.",
    {COUNT: "for pair in set(pairwise(symbols)):\n    counts[pair] += words[word]"},
)

overlaps_left_out = slip(
    "Overlapping places are left out of the count: in \"aaa\", both places of ('a', 'a') count.",
    {
        COUNT: (
            "last = None\n"
            "for pair in pairwise(symbols):\n"
            "    last = None if pair == last and pair[0] == pair[1] else pair\n"
            "    counts[pair] += words[word] if last else 0"
        )
    },
)


order_in_a_pair_ignored = slip(
    "(a, b) and (b, a) are counted as one pair. The order matters.",
    {COUNT: "for pair in pairwise(symbols):\n    counts[max(pair, pair[::-1])] += words[word]"},
)

counted_only_at_the_start = slip(
    "The counts are those of the start, before anything is joined. Each join makes new pairs and "
    "ends others.",
    {
        BEST: (
            "max(\n"
            "    (pair for pair in counts if pair not in merges),\n"
            "    key=lambda pair: (counts[pair], pair),\n"
            "    default=None,\n"
            ")\n"
            "if best is None:\n"
            "    break"
        ),
        JOIN_ALL: "",
    },
)

ends_at_a_count_of_one = slip(
    "It ends once no pair occurs twice. A pair that occurs once is joined, too.",
    {"if not counts:": "if max(counts.values(), default=0) < 2:"},
)

size_of_the_vocabulary = slip(
    "`n_merges` is taken for the size of the vocabulary, characters included.",
    {"range(n_merges)": "range(n_merges - len({*''.join(words)}))"},
)

one_merge_too_many = slip(
    "There is one merge too many.", {"range(n_merges)": "range(n_merges + 1)"}
)

mark_for_the_end = slip(
    "A mark is put at the end of each word. Here, words have none.",
    {"{word: list(word) for word in words}": "{word: [*word, '</w>'] for word in words}"},
)

starting_from_bytes = slip(
    "The words start as bytes. They start as characters.",
    {
        "{word: list(word) for word in words}": (
            "{word: [*word.encode().decode('latin-1')] for word in words}"
        )
    },
)

spaces_lost_in_training = slip(
    "train_bpe loses spaces, as where a text is split at them. They are characters too.",
    {"{word: list(word) for word in words}": '{word: " ".join(word).split() for word in words}'},
)

words_as_texts = slip(
    "train_bpe keeps a word as a text with spaces between its symbols. Spaces are characters, too: "
    "one in a word is no symbol then, and stands between two that are never joined.",
    {
        "{word: list(word) for word in words}": '{word: " ".join(word) for word in words}',
        "pairwise(symbols)": "pairwise(symbols.split())",
        JOIN_ALL: (
            "import re\n"
            "pattern = r'(?<!\\S)' + re.escape(' '.join(best)) + r'(?!\\S)'\n"
            "symbols_of = {\n"
            "    word: re.sub(pattern, lambda found: found[0].replace(' ', ''), text)\n"
            "    for word, text in symbols_of.items()\n"
            "}"
        ),
    },
)

spaces_lost_in_a_new_word = slip(
    "encode loses spaces, as where a text is split at them. They are characters too.",
    {"symbols = list(word)": 'symbols = " ".join(word).split()'},
)

pair_as_a_pattern = slip(
    "A pair is taken for a regular expression: '.' and '+' do not stand for themselves there.",
    {
        JOIN_ALL: (
            "import re\n"
            r"pattern = r'(?<!\S)' + ' '.join(best) + r'(?!\S)'"
            "\ntexts = {word: ' '.join(symbols) for word, symbols in symbols_of.items()}\n"
            "symbols_of = {\n"
            "    word: re.sub(pattern, ''.join(best), text).split(' ') if text else []\n"
            "    for word, text in texts.items()\n"
            "}"
        )
    },
)

only_the_first_place = slip(
    "A pair is joined at its first place in a word only.",
    {"== pair:": "== pair and ''.join(pair) not in joined:"},
)

from_right_to_left = slip(
    "A pair is joined from right to left: \"aaa\" becomes 'a', 'aa'.",
    {
        "joined: list[str] = []\n": "symbols = symbols[::-1]\njoined: list[str] = []\n",
        "tuple(symbols[place : place + 2]) == pair": "(*symbols[place : place + 2][::-1],) == pair",
        "return joined": "return joined[::-1]",
    },
)

joined_in_text = slip(
    "A pair is also joined where it is only a part of two symbols, as when texts with spaces "
    "between symbols are replaced without a look at their borders.",
    {
        "joined: list[str] = []\n": (
            'return " ".join(symbols).replace(" ".join(pair), "".join(pair)).split()\n'
            "joined: list[str] = []\n"
        )
    },
)

symbol_after_a_join_lost = slip(
    "After a join, one symbol too many is passed over, and it is lost.",
    {"place += 2": "place += 3"},
)

second_symbol_used_again = slip(
    "The second symbol of a joined pair is used again.", {"place += 2": "place += 1"}
)

last_symbol_lost = slip(
    "The last symbol is lost unless it is joined: it has no right neighbour.",
    {"while place < len(symbols):": "while place < len(symbols) - 1:"},
)

first_symbol_lost = slip(
    "The first symbol is lost: places are counted from 0.", {"place = 0": "place = 1"}
)

symbols_that_are_not_joined_lost = slip(
    "A symbol that is not joined is lost. It stays as it is.",
    {"joined.append(symbols[place])\n": "pass\n"},
)

last_merge_first = slip(
    "The merges are applied from the last one back. The one learned first comes first.",
    {"in merges:\n    symbols = _join": "in reversed(merges):\n    symbols = _join"},
)

leftmost_pair_first = slip(
    "The leftmost pair that is in the list is joined first. The order of the list decides.",
    {
        REPLAY: (
            "place = 0\n"
            "while place < len(symbols) - 1:\n"
            "    if (symbols[place], symbols[place + 1]) in merges:\n"
            "        symbols[place : place + 2] = [symbols[place] + symbols[place + 1]]\n"
            "        place = -1\n"
            "    place += 1"
        )
    },
)

ends_at_a_merge_without_a_place = slip(
    "It ends at the first merge that the word has no place for. Later ones may have one.",
    {
        REPLAY: (
            "for pair in merges:\n"
            "    if _join(symbols, pair) == symbols:\n"
            "        break\n"
            "    symbols = _join(symbols, pair)"
        )
    },
)

unknown_characters_dropped = slip(
    "Characters that are in no merge are dropped. They stay symbols of their own.",
    {"symbols = list(word)": ("symbols = [c for c in word if any(c in pair for pair in merges)]")},
)
