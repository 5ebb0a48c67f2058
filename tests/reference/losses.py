"""Reference values of the losses: each formula written out plainly in PyTorch, float64, gradients by autograd.

    python3 tests/reference/losses.py          writes losses.json beside this file (PyTorch 1.13 was used)

The formulas are written from the papers (named in lib/W2S/Losses) without sharing code or tricks with the library:
exponentials where it uses logarithms, loops where it uses gathers, an offset where it uses a mask.
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(20240206)


def draw(*shape, scale=1.0):
    """Normal numbers rounded to 1/256: short in JSON, exact in float32."""
    return (torch.randn(*shape, generator=generator) * scale * 256).round() / 256


def batch(samples, classes, scale):
    return {"student": draw(samples, classes, scale=scale), "teacher": draw(samples, classes, scale=scale),
            "labels": torch.randint(classes, (samples,), generator=generator)}


small = batch(4, 5, 1.5)
small["student"][0] = torch.tensor([.5, 2.5, -1, 0, .25])   # agrees with the teacher
small["teacher"][0] = torch.tensor([1.25, 1.5, -.5, 0, -1])
large = {**batch(4, 5, 40.0), "labels": small["labels"]}
binary = batch(7, 2, 1.0)
mixed = {**small, "labels": (lambda w: w / w.sum(1, keepdim=True))(torch.rand(4, 5, generator=generator).mul(16).round() + 1)}
many = batch(24, 4, 1.5)
maps = {**batch(3, 4, 1.0), "student_pooled": draw(3, 5), "teacher_pooled": draw(3, 4),
        "student_stages": [draw(3, 2, 5, 5), draw(3, 3, 3, 3)], "teacher_stages": [draw(3, 3, 5, 5), draw(3, 2, 3, 3)]}
draw(3, 3, 5, 5), draw(3, 4, 2, 2)  # for no input any more: without them, what is drawn later would be other numbers
corrected = {**mixed, "plain": small["teacher"].flip(0) / 2 + small["student"].flip(1)}
inputs = {"small": small, "large": large, "binary": binary, "mixed": mixed, "many": many, "maps": maps, "corrected": corrected}


def onehot(k, classes):
    return F.one_hot(k, classes).to(torch.float64)


def cross_entropy(z, target):
    """Each sample's CE to hard labels or distributions."""
    if target.dim() == 1:
        target = onehot(target, z.shape[1])
    return -(target * F.log_softmax(z, 1)).sum(1)


def kl(log_p, q):
    """Each sample's KL(q‖p)."""
    return F.kl_div(log_p, q, reduction="none").sum(1)


def kd(x, tau):
    return tau ** 2 * kl(F.log_softmax(x["student"] / tau, 1), F.softmax(x["teacher"] / tau, 1))


def own(x):
    return x["student"].argmax(1).detach()


# Each reference: (inputs, options, place in the run) -> parts, each [B] or a scalar, without the two outer weights.

def binary_kd(x, o, run):
    z, q = x["student"], F.softmax(x["teacher"], 1)
    return {"teacher": (-(q * torch.log(torch.sigmoid(z)) + (1 - q) * torch.log(torch.sigmoid(-z)))).mean(1)}


def weak_cross_entropy(x, o, run):
    q = x["teacher"].argmax(1) if o.get("Hard") else F.softmax(x["teacher"], 1)
    return {"teacher": cross_entropy(x["student"], q)}


def aug_conf(x, o, run):
    epoch, epochs = run
    rate, top = o.get("WarmUp", .3), o.get("Alpha", .5)
    alpha = epoch / (epochs * rate) * top if epoch < int(epochs * rate) else top
    tau = o.get("Temperature", 1)
    weak = kd(x, tau)
    if o.get("WeakTerm") == "CrossEntropy":
        weak = tau ** 2 * cross_entropy(x["student"] / tau, F.softmax(x["teacher"] / tau, 1))
    return {"teacher": (1 - alpha) * weak, "self": alpha * cross_entropy(x["student"], own(x))}


def adapt_conf(x, o, run):
    epoch, epochs = run
    tau, t, rule = o.get("Temperature", 1), o.get("BetaTemperature", .5), o.get("Rule", "Adaptive")
    c_self = cross_entropy(x["student"], own(x))
    c_weak = cross_entropy(x["student"], x["teacher"].argmax(1))
    a, b = torch.exp(c_self / t), torch.exp(c_weak / t)
    agree = own(x) == x["teacher"].argmax(1)
    right, weak_right = own(x) == x["labels"], x["teacher"].argmax(1) == x["labels"]
    beta = {
        "Adaptive": lambda: a / (a + b),
        "Fixed": lambda: torch.full_like(a, o.get("FixedBeta", .5)),
        "Swapped": lambda: b / (a + b),
        "Gated": lambda: torch.where(agree, .5, 0.),
        "Oracle": lambda: torch.where(right & ~weak_right, 1., torch.where(weak_right & ~right, 0., .5)),
    }[rule]().detach()
    rise = o.get("WarmUp", 0)
    if epoch < int(rise * epochs):
        beta = beta * epoch / (rise * epochs)
    weak = kd(x, tau)
    if o.get("WeakTerm") == "CrossEntropy":
        weak = tau ** 2 * cross_entropy(x["student"] / tau, F.softmax(x["teacher"] / tau, 1))
    return {"teacher": (1 - beta) * weak, "self": beta * c_self}


def dkd(x, o, run):
    alpha, beta, tau = o.get("Alpha", 1), o.get("Beta", 2), o.get("Temperature", 1)
    labels = x["labels"] if x["labels"].dim() == 1 else x["labels"].argmax(1)
    if o.get("Target") == "Teacher" or o.get("LabelWeight") == 0:
        labels = x["teacher"].argmax(1)
    k = onehot(labels, x["student"].shape[1])
    p, q = F.softmax(x["student"] / tau, 1), F.softmax(x["teacher"] / tau, 1)
    two = lambda v: torch.stack([(v * k).sum(1), (v * (1 - k)).sum(1)], 1)
    target = kl(torch.log(two(p)), two(q))
    others = kl(F.log_softmax(x["student"] / tau - 1000 * k, 1), F.softmax(x["teacher"] / tau - 1000 * k, 1))
    return {"teacher": tau ** 2 * (alpha * target + beta * others)}


def reverse_kl(x, o, run):
    tau = o.get("Temperature", 1)
    p, q = F.softmax(x["student"] / tau, 1), F.softmax(x["teacher"] / tau, 1)
    return {"teacher": tau ** 2 * (p * (torch.log(p) - torch.log(q))).sum(1)}


def product(x, o, run):
    target = F.softmax(x["student"], 1) ** o.get("Beta", 1) * F.softmax(x["teacher"], 1) ** o.get("Alpha", 1)
    target = (target / target.sum(1, keepdim=True)).detach()
    return {"teacher": cross_entropy(x["student"], target)}


def sinkhorn_labels(p, marginals, smoothing=.05, iterations=50):
    k = (p / p.max(1, keepdim=True)[0]) ** (1 / smoothing)
    columns = torch.ones(p.shape[1])
    for _ in range(iterations):
        rows = 1 / (k * columns).sum(1, keepdim=True)
        columns = marginals * p.shape[0] / (k * rows).sum(0)
    return (torch.log(p) + smoothing * torch.log(columns)).argmax(1)


def log_confidence(x, o, run):
    q, p = F.softmax(x["teacher"], 1), F.softmax(x["student"], 1).detach()
    step, warm = run[0] / run[1], o.get("WarmUp", .1)
    ramp = 1 if step > warm else step if o.get("PublishedRamp") else step / warm
    c = o.get("Coefficient", .5) * ramp
    kind = o.get("SelfLabel", "Balanced")
    if kind == "Argmax":
        labels = p.argmax(1)
    elif p.shape[1] == 2:
        labels = (p[:, 0] < torch.quantile(p[:, 0], q.mean(0)[1])).long()
    else:
        labels = sinkhorn_labels(p, q.mean(0))
    return {"teacher": cross_entropy(x["student"], (1 - c) * q + c * onehot(labels, p.shape[1]))}


def evidential(x, o, run):
    gamma, classes = o.get("Gamma", .5), x["student"].shape[1]
    anneal = o.get("Annealing", 1)
    penalty = o.get("Penalty", 1) * (1 if anneal == 0 else min(1, run[0] / run[1] / anneal))
    alpha = F.relu(x["student"]) + 1

    def edl(y):
        fit = (y * (torch.log(alpha.sum(1, keepdim=True)) - torch.log(alpha))).sum(1)
        posterior = torch.distributions.Dirichlet(y + (1 - y) * alpha)
        return fit + penalty * torch.distributions.kl_divergence(posterior, torch.distributions.Dirichlet(torch.ones_like(alpha)))

    weak = F.softmax(x["teacher"], 1) if o.get("Soft") else onehot(x["teacher"].argmax(1), classes)
    return {"teacher": (1 - gamma) * edl(weak), "self": gamma * edl(onehot(own(x), classes))}


def early_stopped(x, o, run):
    s, warm, hold, end = run[0] / run[1], o.get("WarmUp", .05), o.get("Hold", .25), o.get("End", .5)
    weight = s / warm if s < warm else 1 if s <= hold else (end - s) / (end - hold) if s < end else 0
    if o.get("beaten", 0) >= o.get("Patience", 2):
        weight = 0
    first, last = o.get("Temperature", 4), o.get("FinalTemperature", 1)
    return {"teacher": weight * kd(x, first + (last - first) * min(1, s / end))}


def virtual_teacher(x, o, run):
    z, a = x["student"], o.get("Correct", .99)
    u = torch.full_like(z, (1 - a) / (z.shape[1] - 1))
    for i, k in enumerate(x["labels"]):
        u[i, k] = a
    return {"teacher": kl(F.log_softmax(z, 1), F.softmax(u / o.get("Temperature", 20), 1))}


def fitnet(x, o, run):
    total = 0
    for s, t, name in zip(x["student_stages"], x["teacher_stages"], ["projections.0.weight", "projections.1.weight"]):
        total = total + ((F.conv2d(s, x["module"][name]) - t) ** 2).mean((1, 2, 3))
    return {"teacher": total}


def rkd(x, o, run):
    def distances(f):
        n = len(f)
        d = torch.stack([torch.stack([(f[i] - f[j]).norm() if i != j else torch.tensor(0.) for j in range(n)]) for i in range(n)])
        return d / d[d > 0].mean()

    def angles(f):
        n, out = len(f), []
        for i in range(n):
            for j in range(n):
                for k in range(n):
                    if i == j or i == k:
                        out.append(torch.tensor(0.))
                    else:
                        out.append(F.cosine_similarity(f[j] - f[i], f[k] - f[i], dim=0))
        return torch.stack(out)

    s, t = x["student_pooled"], x["teacher_pooled"]
    return {"distance": o.get("DistanceWeight", 25) * F.smooth_l1_loss(distances(s), distances(t)),
            "angle": o.get("AngleWeight", 50) * F.smooth_l1_loss(angles(s), angles(t))}


def bootstrapping(x, o, run):
    hard = o.get("Hard", False)
    b = o.get("OwnShare", .2 if hard else .05) * (run[0] >= o.get("Start", 0) * run[1])
    z = x["student"]

    def word(logits):
        return onehot(logits.argmax(1), z.shape[1]) if hard else torch.exp(logits) / torch.exp(logits).sum(1, keepdim=True)

    if o.get("Plain"):
        told, lam = word(x["plain"]).detach(), run[2] if len(run) > 2 else 1
        own = torch.stack([lam * told[i] + (1 - lam) * told[len(z) - 1 - i] for i in range(len(z))])
    else:
        own = word(z).detach() if o.get("Detached") else word(z)
    y = onehot(x["labels"], z.shape[1]) if x["labels"].dim() == 1 else x["labels"].detach()
    return {"labels": (1 - b) * cross_entropy(z, y), "own": b * cross_entropy(z, own)}


def small_loss(x, o, run):
    rate, ramp = o.get("NoiseRate", .2), o.get("RampUp", .05)
    keep = 1 - (min(run[0] / (ramp * run[1]), 1) if ramp else 1) * rate
    loss = cross_entropy(x["student"], x["labels"])
    judge = cross_entropy(x["teacher"], x["labels"]) if o.get("JudgedByTeacher") else loss
    chosen = sorted(range(len(loss)), key=lambda i: judge[i].item())[:int(keep * len(loss) + 1e-9)]
    return {"labels": loss, "_weights": [float(i in chosen) for i in range(len(loss))]}


def trusted_labels(x, o, run):
    s, z, y = o["Selection"], x["student"], x["labels"]
    judge = torch.softmax(x["teacher"] if o.get("JudgedByTeacher") else z, 1).detach()
    n, classes = z.shape
    p = [judge[i, y[i]].item() for i in range(n)]
    best = sorted(p, reverse=True)[:round(s.get("Share", 1) * n)]
    trusted = [p[i] >= s.get("Threshold", 0) and len(best) > 0 and p[i] >= best[-1] for i in range(n)]
    kind = s.get("Distrusted", "Drop")
    target = onehot(y, classes)
    for i in range(n):
        if not trusted[i] and kind.startswith("Replace"):
            target[i] = judge[i] if kind == "ReplaceSoft" else onehot(judge[i].argmax(), classes)
    weights = [1. if trusted[i] or kind.startswith("Replace") else p[i] if kind == "Weigh" else 0. for i in range(n)]
    return {"labels": cross_entropy(z, target), "_weights": weights}


def generalised_cross_entropy(x, o, run):
    q, p = o.get("Q", .7), torch.softmax(x["student"], 1)
    y = onehot(x["labels"], p.shape[1]) if x["labels"].dim() == 1 else x["labels"].detach()
    return {"labels": (y * (1 - p ** q) / q).sum(1)}


references = {
    "GeneralisedCrossEntropy": generalised_cross_entropy,
    "TrustedLabels": trusted_labels,
    "Bootstrapping": bootstrapping, "SmallLoss": small_loss,
    "CrossEntropy": lambda x, o, run: {}, "Kd": lambda x, o, run: {"teacher": kd(x, o.get("Temperature", 1))},
    "BinaryKd": binary_kd, "WeakCrossEntropy": weak_cross_entropy, "AugConf": aug_conf, "AdaptConf": adapt_conf, "Dkd": dkd,
    "ReverseKl": reverse_kl, "ProductLoss": product, "LogConfidence": log_confidence,
    "Evidential": evidential, "EarlyStoppedKd": early_stopped, "VirtualTeacher": virtual_teacher,
    "FitNet": fitnet, "Rkd": rkd,
}
default_weights = {**{name: (0, 1) for name in ["WeakCrossEntropy", "ReverseKl", "ProductLoss", "LogConfidence", "Evidential"]},
                   "VirtualTeacher": (.9, .1), "Bootstrapping": (0, 1), "SmallLoss": (0, 1), "TrustedLabels": (0, 1),
                   "GeneralisedCrossEntropy": (0, 1)}


def leaves(x):
    """Everything that gets a gradient: the student's logits and features, and the module."""
    found = {"logits": x["student"]}
    if "student_stages" in x:
        found |= {f"stage{i}": s for i, s in enumerate(x["student_stages"])} | {"pooled": x["student_pooled"]}
    return found | x.get("module", {})


def case(loss, name, options=None, epoch=5, epochs=10, module=None, weights=None, teacher_weights=None, mix=None):
    options = options or {}
    copy = lambda v: [copy(u) for u in v] if isinstance(v, list) else v.clone().requires_grad_(v.is_floating_point())
    x = {k: copy(v) for k, v in inputs[name].items()}
    if module:
        x["module"] = {k: v.clone().requires_grad_() for k, v in module.items()}
    label_weight, weight = default_weights.get(loss, (1, 1))
    label_weight, weight = options.get("LabelWeight", label_weight), options.get("DistillationWeight", weight)
    parts = {}
    if label_weight:
        e = options.get("LabelSmoothing", options.get("Smoothing", 0))
        y = onehot(x["labels"], x["student"].shape[1]) if x["labels"].dim() == 1 else x["labels"].detach()
        parts["labels"] = label_weight * cross_entropy(x["student"], (1 - e) * y + e / y.shape[1])
    found = references[loss](x, options, (epoch, epochs) if mix is None else (epoch, epochs, mix))
    selection = found.pop("_weights", None)
    parts |= {k: weight * v for k, v in found.items()}
    per_sample = sum(parts.values()) if all(v.dim() == 1 for v in parts.values()) else None

    def mean(part, value):
        if value.dim() == 0:
            return value
        w = torch.ones(len(value)) if weights is None else torch.tensor(weights)
        if selection is not None:
            w = w * torch.tensor(selection)
        if part != "labels" and teacher_weights is not None:
            w = w * torch.tensor(teacher_weights)
        return (w * value).sum() / w.sum() if w.sum() > 0 else 0 * value.sum()

    parts = {k: mean(k, v) for k, v in parts.items()}
    total = sum(parts.values())
    total.backward()
    gradients = {k: v.grad for k, v in leaves(x).items() if v.grad is not None}
    result = {"loss": loss, "input": name, "options": {k: v for k, v in options.items() if k != "beaten"}, "epoch": epoch, "epochs": epochs,
              "total": total.item(), "parts": {k: v.item() for k, v in parts.items()},
              "gradients": {k: v.flatten().tolist() for k, v in gradients.items()}}
    if per_sample is not None:
        result["per_sample"] = per_sample.tolist()
    for key, value in {"weights": weights, "teacher_weights": teacher_weights, "beaten": options.get("beaten")}.items():
        if value is not None:
            result[key] = value
    if mix is not None:
        result["lambda"] = mix
    if module:
        result["module"] = {k: {"shape": list(v.shape), "values": v.flatten().tolist()} for k, v in module.items()}
    return result


def projections():
    return {"projections.0.weight": draw(3, 2, 1, 1, scale=.5), "projections.1.weight": draw(2, 3, 1, 1, scale=.5)}


cases = [
    case("CrossEntropy", "small"), case("CrossEntropy", "large"), case("CrossEntropy", "small", {"Smoothing": .1}),
    case("CrossEntropy", "mixed"), case("CrossEntropy", "mixed", {"Smoothing": .1}), case("CrossEntropy", "small", weights=[1., 0., .5, 2.]),
    case("Kd", "small", {"Temperature": 4, "LabelWeight": .1, "DistillationWeight": .9, "LabelSmoothing": .1}), case("Kd", "mixed"),
    case("Kd", "small", weights=[1., 0., .5, 2.], teacher_weights=[0., 1., 1., .25]), case("Kd", "small", teacher_weights=[0., 0., 0., 0.]),
    case("BinaryKd", "small", {"LabelWeight": 0}),
    case("WeakCrossEntropy", "small"), case("WeakCrossEntropy", "small", {"Hard": True}), case("WeakCrossEntropy", "large", {"LabelWeight": 1}),
    case("AugConf", "small", {"WarmUp": .75, "WeakTerm": "CrossEntropy", "Temperature": 2}), case("AugConf", "large", {"Alpha": .75}),
    case("AdaptConf", "small", {"WeakTerm": "CrossEntropy", "BetaTemperature": 1, "LabelWeight": 0}),
    case("AdaptConf", "small", {"WeakTerm": "CrossEntropy", "Temperature": 4, "BetaTemperature": 2}),
    case("AdaptConf", "small", {"WarmUp": .25, "Temperature": 10, "BetaTemperature": 8}, epoch=1, epochs=8), case("AdaptConf", "large", {"BetaTemperature": 4}),
    *[case("AdaptConf", "small", {"Rule": rule, "BetaTemperature": 2}) for rule in ("Fixed", "Swapped", "Gated", "Oracle")],
    case("AdaptConf", "small", {"Rule": "Fixed", "FixedBeta": .2}),
    case("Dkd", "small", {"Temperature": 4, "Beta": 8}), case("Dkd", "mixed"), case("Dkd", "large", {"Temperature": 4}), case("Dkd", "small", {"LabelWeight": 0}),
    case("Dkd", "small", {"Target": "Teacher"}),
    case("ReverseKl", "small"), case("ReverseKl", "small", {"Temperature": 4, "LabelWeight": 1}), case("ReverseKl", "large"),
    case("ProductLoss", "small"), case("ProductLoss", "small", {"Alpha": .5, "Beta": 2}),
    case("LogConfidence", "binary", {"SelfLabel": "Threshold"}), case("LogConfidence", "binary", {"SelfLabel": "Balanced"}, epoch=1, epochs=20),
    case("LogConfidence", "binary", {"SelfLabel": "Threshold", "PublishedRamp": True}, epoch=1, epochs=20),
    case("LogConfidence", "small", {"SelfLabel": "Argmax"}), case("LogConfidence", "many", {"SelfLabel": "Balanced", "Coefficient": .75}),
    case("Evidential", "small"), case("Evidential", "small", {"Gamma": 0, "Penalty": 0}), case("Evidential", "small", {"Soft": True, "Annealing": .25, "Penalty": .5}), case("Evidential", "large"),
    case("EarlyStoppedKd", "small", epoch=1, epochs=40), case("EarlyStoppedKd", "small", epoch=8, epochs=40), case("EarlyStoppedKd", "small", epoch=16, epochs=40),
    case("EarlyStoppedKd", "small", epoch=30, epochs=40), case("EarlyStoppedKd", "small", {"beaten": 2}, epoch=8, epochs=40),
    case("VirtualTeacher", "small"), case("VirtualTeacher", "small", {"Correct": .9, "Temperature": 1, "LabelWeight": 1, "DistillationWeight": 2}), case("VirtualTeacher", "large"),
    case("FitNet", "maps", {"DistillationWeight": 100}, module=projections()),
    case("Rkd", "maps"), case("Rkd", "maps", {"DistanceWeight": 1, "AngleWeight": 2, "LabelWeight": 0}),
    case("Bootstrapping", "small"), case("Bootstrapping", "small", {"Hard": True}), case("Bootstrapping", "large", {"OwnShare": .5}),
    case("Bootstrapping", "small", {"Detached": True, "OwnShare": .3}, weights=[1., 0., .5, 2.]), case("Bootstrapping", "mixed", {"Hard": True}),
    case("Bootstrapping", "small", {"Hard": True, "Start": .5}, epoch=4), case("Bootstrapping", "small", {"Hard": True, "Start": .5}, epoch=5),
    case("Bootstrapping", "corrected", {"Hard": True, "Plain": True}, mix=.3), case("Bootstrapping", "corrected", {"Plain": True, "OwnShare": .4}, mix=.75),
    case("Bootstrapping", "corrected", {"Hard": True, "Plain": True}),
    case("SmallLoss", "small"), case("SmallLoss", "small", {"NoiseRate": .5}), case("SmallLoss", "small", {"NoiseRate": .5, "RampUp": 1}, epoch=3),
    case("SmallLoss", "small", {"NoiseRate": .5, "JudgedByTeacher": True, "RampUp": 0}), case("SmallLoss", "mixed", {"NoiseRate": .75}),
    case("SmallLoss", "large", {"NoiseRate": .5}, weights=[1., 3., .5, 2.]),
    *[case("TrustedLabels", "small", {"Selection": {"Measure": "StudentLikelihood", "Distrusted": rest, "Threshold": .2}}) for rest in ("Drop", "Weigh", "ReplaceSoft", "ReplaceHard")],
    case("TrustedLabels", "small", {"Selection": {"Measure": "StudentLikelihood", "Distrusted": "ReplaceSoft", "Share": .5}, "JudgedByTeacher": True}, weights=[1., .5, 2., 1.]),
    case("TrustedLabels", "small", {"Selection": {"Measure": "StudentLikelihood", "Distrusted": "Drop", "Share": .5, "Threshold": .5}}),
    case("GeneralisedCrossEntropy", "small"), case("GeneralisedCrossEntropy", "small", {"Q": 1}, weights=[1., .5, 2., 0.]),
    case("GeneralisedCrossEntropy", "mixed", {"Q": .3}), case("GeneralisedCrossEntropy", "large"),
]


def plain(value):
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value.tolist() if value.dim() < 4 else {"shape": list(value.shape), "values": value.flatten().tolist()}


if __name__ == "__main__":
    assert all(math.isfinite(c["total"]) for c in cases)
    out = pathlib.Path(__file__).with_suffix(".json")
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    given = json.dumps({k: {n: plain(v) for n, v in x.items()} for k, x in inputs.items()}, separators=(",", ":"))
    out.write_text(f'{{"inputs":{given},\n"cases":[\n{lines}\n]}}\n')
    print(f"{len(cases)} cases of {len({c['loss'] for c in cases})} losses, {out.stat().st_size} bytes")
