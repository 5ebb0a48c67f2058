"""Reference values of label selection, ensembles and co-supervision, sample by sample in plain Python.

    python3 tests/reference/selection.py          writes selection.json beside this file
"""
import json
import math
import pathlib

import torch

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(7)
N, C, K, V = 12, 5, 3, 4


def draw(*shape):
    return (torch.randn(*shape, generator=generator) * 1.5 * 256).round() / 256


teachers, student, labels = draw(K, N, C), draw(N, C), torch.randint(C, (N,), generator=generator)
for i in range(0, N, 2):   # half of the samples: the first teacher has a clue
    teachers[0, i, labels[i]] += 6
for i in range(N):   # the second is right where the first is not, mostly; the third knows a little
    teachers[1, i, labels[i]] += 6 if i % 2 else 0
    teachers[2, i, labels[i]] += 2
views = teachers[0] + draw(V, N, C)
teacher = teachers[0]
q, p = torch.softmax(teacher, 1), torch.softmax(student, 1)


def top(row, k=1):
    return sorted(range(len(row)), key=lambda c: -row[c])[:k]


measures = {"MaxProbability": [], "Margin": [], "Entropy": [], "ViewAgreement": [], "TeacherLikelihood": [], "StudentLikelihood": []}
for i in range(N):
    row = q[i].tolist()
    a, b = top(row, 2)
    measures["MaxProbability"].append(row[a])
    measures["Margin"].append(row[a] - row[b])
    measures["Entropy"].append(1 + sum(x * math.log(x) for x in row) / math.log(C))
    measures["ViewAgreement"].append(sum(top(views[v, i].tolist())[0] == a for v in range(V)) / V)
    measures["TeacherLikelihood"].append(row[top(p[i].tolist())[0]])
    measures["StudentLikelihood"].append(p[i, a].item())

# Margin, at least 0.2, at most half of the samples.
trusted = [i in sorted(range(N), key=lambda i: -measures["Margin"][i])[:N // 2] and measures["Margin"][i] >= .2 for i in range(N)]
replaced = [(teacher if trusted[i] else student)[i].tolist() for i in range(N)]
weights = [1. if trusted[i] else measures["Margin"][i] for i in range(N)]

surest = [max(range(K), key=lambda k: torch.softmax(teachers[k, i], 0).max().item()) for i in range(N)]
surest_or_student = [max(range(K + 1), key=lambda k: torch.softmax((teachers[k] if k < K else student)[i], 0).max().item()) for i in range(N)]

wrong = [[float(top(teachers[k, i].tolist())[0] != labels[i]) for i in range(N)] for k in range(K)]
accuracy = [1 - sum(w) / N for w in wrong]
by_accuracy = [a / sum(accuracy) for a in accuracy]
mixture = sum(w * torch.softmax(t, 1) for w, t in zip(by_accuracy, teachers))

groups = [0, 0, 1, 2, 2]
specialist = [groups[top(student[i].tolist())[0]] for i in range(N)]
assigned = torch.stack([teachers[specialist[i], i] for i in range(N)])
assigned_class = [top(assigned[i].tolist())[0] for i in range(N)]
rate = sum(assigned_class[i] in top(student[i].tolist(), 2) for i in range(N))
order = sorted(range(N), key=lambda i: -math.log(p[i, assigned_class[i]].item()))
keep = [i in order[:rate] for i in range(N)]

result = {
    "teachers": teachers.tolist(), "student": student.tolist(), "labels": labels.tolist(), "views": views.tolist(), "measures": measures,
    "trusted": trusted, "replaced": replaced, "weights": weights, "surest": surest, "surest_or_student": surest_or_student,
    "by_accuracy": by_accuracy, "mixture": mixture.tolist(),
    "groups": groups, "specialist": specialist, "assigned": assigned.tolist(), "keep": keep,
}
if __name__ == "__main__":
    assert 0 < sum(trusted) < N and 0 < rate < N and len(set(surest)) > 1
    out = pathlib.Path(__file__).with_suffix(".json")
    out.write_text("{\n" + ",\n".join(f'"{k}":{json.dumps(v, separators=(",", ":"))}' for k, v in result.items()) + "\n}\n")
    print(by_accuracy, rate, sum(trusted), out.stat().st_size)
