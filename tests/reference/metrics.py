"""Reference values of lib/W2S/Analysis: plain NumPy in float64, written from the definitions. Writes metrics.json beside itself.

Run with: python3 tests/reference/metrics.py   (needs only NumPy)
"""
import json
import os

import numpy as np


def log_softmax(z):
    m = z.max(axis=1, keepdims=True)
    return z - m - np.log(np.exp(z - m).sum(axis=1, keepdims=True))


def ece(conf, right, groups):
    total = 0.0
    for members in groups:
        if len(members):
            total += len(members) / len(conf) * abs(right[members].mean() - conf[members].mean())
    return total


rng = np.random.default_rng(7)
N, C, BINS = 97, 6, 15
labels = rng.integers(0, C, N)
truth = np.eye(C)[labels]
teacher = np.round(rng.normal(size=(N, C)) + 1.0 * truth, 3)
student = np.round(1.7 * rng.normal(size=(N, C)) + 0.5 * teacher + 1.5 * truth, 3)

ls, lt = log_softmax(student), log_softmax(teacher)
p, q = np.exp(ls), np.exp(lt)
conf, named_s, named_t = p.max(1), student.argmax(1), teacher.argmax(1)
right_s, right_t = named_s == labels, named_t == labels
edges = np.linspace(0, 1, BINS + 1)
width = [np.where((conf > edges[b]) & (conf <= edges[b + 1]))[0] for b in range(BINS)]
only_s, only_t = int((right_s & ~right_t).sum()), int((~right_s & right_t).sum())

values = {
    "top1": right_s.mean(),
    "nll": -ls[np.arange(N), labels].mean(),
    "ece_width": ece(conf, right_s, width),
    "agreement_right": (named_s == named_t)[right_t].mean(),
    "cells": [int((right_s & right_t).sum()), only_s, only_t, int((~right_s & ~right_t).sum())],
    "misfit_forward": (q * (lt - ls)).sum(1).mean(),
    "misfit_reverse": (p * (ls - lt)).sum(1).mean(),
    "gain": (lt * -truth).sum(1).mean() - (ls * -truth).sum(1).mean(),
}
case = {
    "labels": labels.tolist(), "student": student.tolist(), "teacher": teacher.tolist(),
    "values": {k: float(v) if isinstance(v, np.floating) else v for k, v in values.items()},
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics.json"), "w") as f:
    json.dump(case, f)
    f.write("\n")
print({k: v for k, v in case["values"].items() if not isinstance(v, list)})
