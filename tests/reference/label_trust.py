"""Reference values for telling right labels from wrong ones, image by image in plain Python.

    python3 tests/reference/label_trust.py          writes label_trust.json beside this file

Confident learning follows cleanlab (prune by noise rate; trust by probabilities less the thresholds), the mixture
DivideMix, logistic regression scikit-learn's objective at C = 1 (found here by plain gradient descent), conformal sets
the threshold of Sadinle et al.
"""
import json
import math
import pathlib
import random

draw = random.Random(11)
N, C = 40, 4
truth = [draw.randrange(C) for _ in range(N)]
labels = [t if draw.random() < .6 else (t + 1) % C for t in truth]
logits = [[round((draw.gauss(0, 1) + 1.4 * (c == truth[i]) + .8 * (c == labels[i])) * 256) / 256 for c in range(C)] for i in range(N)]


def softmax(z):
    e = [math.exp(v - max(z)) for v in z]
    return [v / sum(e) for v in e]


p = [softmax(z) for z in logits]

# Confident learning.
members = {j: [i for i in range(N) if labels[i] == j] for j in range(C)}
thresholds = [sum(p[i][j] for i in members[j]) / len(members[j]) for j in range(C)]
counts = [[0] * C for _ in range(C)]
for i in range(N):
    likely = [j for j in range(C) if p[i][j] >= thresholds[j]]
    if likely:
        counts[labels[i]][max(likely, key=lambda j: p[i][j])] += 1
joint = [[n * len(members[i]) / sum(row) for n in row] for i, row in enumerate(counts)]
kept = [True] * N
for i in range(C):
    for j in range(C):
        if i != j:
            for image in sorted(members[i], key=lambda x: p[x][i] - p[x][j])[:math.floor(joint[i][j] + .5)]:
                kept[image] = False
top = max(thresholds)
adjusted = [[max(1e-6, p[i][j] - thresholds[j] + top) for j in range(C)] for i in range(N)]
trust = [row[labels[i]] / sum(row) for i, row in enumerate(adjusted)]

# Area under the detection curve, by all pairs.
right = [a == b for a, b in zip(truth, labels)]
score = [round(p[i][labels[i]], 1) for i in range(N)]  # one digit, so that some are equal
pairs = [(score[a] > score[b]) + .5 * (score[a] == score[b]) for a in range(N) if right[a] for b in range(N) if not right[b]]
auc = sum(pairs) / len(pairs)

# Logistic regression on two standardised columns.
evidence = [[math.log(p[i][labels[i]]), draw.gauss(0, 3) + right[i]] for i in range(N)]
mean = [sum(row[k] for row in evidence) / N for k in range(2)]
deviation = [math.sqrt(sum((row[k] - mean[k]) ** 2 for row in evidence) / N) for k in range(2)]
x = [[(row[k] - mean[k]) / deviation[k] for k in range(2)] + [1] for row in evidence]
w = [0., 0., 0.]
sigmoid = lambda v: 1 / (1 + math.exp(-v))
for _ in range(20_000):
    error = [sigmoid(sum(a * b for a, b in zip(row, w))) - r for row, r in zip(x, right)]
    slope = [sum(e * row[k] for e, row in zip(error, x)) + (w[k] if k < 2 else 0) for k in range(3)]
    w = [a - .02 * s for a, s in zip(w, slope)]
learned = [sigmoid(sum(a * b for a, b in zip(row, w))) for row in x]

# Conformal sets on the first half, for the second.
scores = sorted(1 - p[i][truth[i]] for i in range(N // 2))
place = math.ceil((N // 2 + 1) * .9)
least = 1 - scores[place - 1]
sets = [[p[i][j] >= least - 1e-12 or p[i][j] == max(p[i]) for j in range(C)] for i in range(N // 2, N)]

# Two normal distributions by expectation-maximisation, until nothing moves.
values = [round(abs(draw.gauss(.4, .3)) * 256) / 256 if draw.random() < .6 else round(abs(draw.gauss(3, .8)) * 256) / 256 for _ in range(200)]
low, high = min(values), max(values)
v01 = [(v - low) / (high - low) for v in values]
mu = [sorted(v01)[50], sorted(v01)[150]]
average = sum(v01) / len(v01)
var = [sum((v - average) ** 2 for v in v01) / len(v01) + 5e-4] * 2
weight = [.5, .5]
for _ in range(5000):
    density = [[weight[k] * math.exp(-(v - mu[k]) ** 2 / 2 / var[k]) / math.sqrt(2 * math.pi * var[k]) for k in range(2)] for v in v01]
    share = [[d / sum(row) for d in row] for row in density]
    for k in range(2):
        s = sum(row[k] for row in share)
        mu[k] = sum(row[k] * v for row, v in zip(share, v01)) / s
        var[k] = sum(row[k] * (v - mu[k]) ** 2 for row, v in zip(share, v01)) / s + 5e-4
        weight[k] = s / len(v01)

if __name__ == "__main__":
    assert any(sum(row) > 1 for row in sets) and any(sum(row) == 1 for row in sets)
    assert 5 < sum(kept) < N - 5 and .5 < auc < 1 and max(map(abs, slope)) < 1e-9

    out = pathlib.Path(__file__).with_suffix(".json")
    result = {
        "classes": C, "logits": logits, "labels": labels, "truth": truth, "thresholds": thresholds,
        "joint": [n for row in joint for n in row], "kept": kept, "trust": trust, "score": score, "auc": auc,
        "evidence": evidence, "weights": w, "learned": learned, "least": least, "sets": [c for row in sets for c in row],
        "losses": values, "means": mu, "deviations": [math.sqrt(v) for v in var], "mixture": weight, "clean": [row[0] for row in share],
    }
    out.write_text("{\n" + ",\n".join(f'"{k}":{json.dumps(v, separators=(",", ":"))}' for k, v in result.items()) + "\n}\n")
    print(sum(kept), auc, w, least, sum(map(sum, sets)), mu, weight, out.stat().st_size)
