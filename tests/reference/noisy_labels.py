"""Reference values of selections on noisy labels, written out image by image in plain Python.

    python3 tests/reference/noisy_labels.py          writes noisy_labels.json beside this file
"""
import json
import math
import pathlib
import random

draw = random.Random(20240206)
N, F, C, K = 60, 6, 4, 9

centres = [[draw.gauss(0, 1) for _ in range(F)] for _ in range(C)]
truth = [i % C for i in range(N)]
features = [[round((centres[truth[i]][f] + draw.gauss(0, .6)) * 256) / 256 for f in range(F)] for i in range(N)]
labels = [draw.randrange(C) if draw.random() < .4 else truth[i] for i in range(N)]


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b)) / math.sqrt(sum(x * x for x in a)) / math.sqrt(sum(x * x for x in b))


near = []
for i in range(N):
    others = sorted(((cosine(features[i], features[j]), j) for j in range(N) if j != i), reverse=True)
    near.append([(j, math.exp(c / .1)) for c, j in others[:K]])


def vote(of):
    return [[sum(w for j, w in near[i] if of[j] == c) for c in range(C)] for i in range(N)]


first = vote(labels)
corrected = [max(range(C), key=lambda c: first[i][c]) for i in range(N)]
second = vote(corrected)
q = [[s / sum(row) for s in row] for row in second]
loss = [-math.log(min(max(q[i][labels[i]], .01), .99)) for i in range(N)]
agree = [max(range(C), key=lambda c: q[i][c]) == labels[i] for i in range(N)]


def selected(quantile):
    counts = sorted(sum(agree[i] for i in range(N) if labels[i] == c) for c in range(C))
    at = quantile * (C - 1)
    low = math.floor(at)
    number = counts[low] + (at - low) * (counts[min(low + 1, C - 1)] - counts[low])
    chosen = set()
    for c in range(C):
        members = sorted((i for i in range(N) if labels[i] == c), key=lambda i: loss[i])
        chosen |= set(members[:int(number)])
    return [i in chosen for i in range(N)]


if __name__ == "__main__":
    out = pathlib.Path(__file__).with_suffix(".json")
    result = {
        "features": features, "labels": labels, "classes": C, "neighbours": K, "votes": q, "loss": loss,
        "selected": {str(quantile): selected(quantile) for quantile in (0, .5, .75, 1)},
    }
    out.write_text("{\n" + ",\n".join(f'"{k}":{json.dumps(v, separators=(",", ":"))}' for k, v in result.items()) + "\n}\n")
    print({k: sum(v) for k, v in result["selected"].items()}, sum(a == b for a, b in zip(labels, truth)), out.stat().st_size)
