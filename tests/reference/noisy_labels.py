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


# Two normal distributions by expectation-maximisation, until nothing moves.
values = [round(abs(draw.gauss(.4, .3)) * 256) / 256 if draw.random() < .6 else round(abs(draw.gauss(3, .8)) * 256) / 256 for _ in range(200)]
low, high = min(values), max(values)
x = [(v - low) / (high - low) for v in values]
mean = [sorted(x)[50], sorted(x)[150]]
average = sum(x) / len(x)
var = [sum((v - average) ** 2 for v in x) / len(x) + 5e-4] * 2
weight = [.5, .5]
for _ in range(5000):
    density = [[weight[k] * math.exp(-(v - mean[k]) ** 2 / 2 / var[k]) / math.sqrt(2 * math.pi * var[k]) for k in range(2)] for v in x]
    share = [[d / sum(row) for d in row] for row in density]
    for k in range(2):
        s = sum(row[k] for row in share)
        mean[k] = sum(row[k] * v for row, v in zip(share, x)) / s
        var[k] = sum(row[k] * (v - mean[k]) ** 2 for row, v in zip(share, x)) / s + 5e-4
        weight[k] = s / len(x)

if __name__ == "__main__":
    out = pathlib.Path(__file__).with_suffix(".json")
    result = {
        "features": features, "labels": labels, "classes": C, "neighbours": K, "votes": q, "loss": loss,
        "selected": {str(quantile): selected(quantile) for quantile in (0, .5, .75, 1)},
        "losses": values, "means": mean, "deviations": [math.sqrt(v) for v in var], "weights": weight, "clean": [row[0] for row in share],
    }
    out.write_text("{\n" + ",\n".join(f'"{k}":{json.dumps(v, separators=(",", ":"))}' for k, v in result.items()) + "\n}\n")
    print({k: sum(v) for k, v in result["selected"].items()}, sum(a == b for a, b in zip(labels, truth)), mean, weight, out.stat().st_size)
