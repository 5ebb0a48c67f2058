"""Values for RavenTests: a linear student and the weights of its teachers, learned together, in plain PyTorch.

    python3 tests/reference/raven.py          writes raven.json beside this file

After mlbio-epfl/raven, rw2s/vision/ensemble.py: gradients of the weights by autograd through the mixture divided by its own
sum, a step of SGD, then clamp and scale. Only the mean over samples of the first part is taken over those that count.
"""
import json
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(20251021)
samples, classes, teachers, steps, rate, step = 8, 4, 3, 6, .5, .25


def draw(*shape):
    return (torch.randn(*shape, generator=generator) * 64).round() / 64


student = draw(samples, classes)
logits = draw(teachers, samples, classes) + 2 * draw(samples, classes)  # they often agree
logits[0] *= 2.5
q = F.softmax(logits, 2).transpose(0, 1)
agree = (q.argmax(2) == q.argmax(2)[:, :1]).all(1).to(torch.float64)
z = student.clone().requires_grad_()
w = torch.full((teachers,), 1 / teachers, requires_grad=True)
history = []
for epoch in range(steps):
    easy = epoch < steps / 2
    target = (q * w[None, :, None]).sum(1)
    target = target / target.sum(1, keepdim=True)
    each = -(target * F.log_softmax(z, 1)).sum(1)
    loss = (each * agree).sum() / agree.sum() if easy else each.mean()
    by_z, by_w = torch.autograd.grad(loss, [z, w])
    history.append({"loss": loss.item(), "gradient": by_z.flatten().tolist()})
    with torch.no_grad():
        z -= rate * samples * by_z
        if not easy:
            w -= step * by_w
            w.clamp_(min=1e-6)
            w /= w.sum()
    history[-1]["weights"] = w.tolist()
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps({
    "student": student.tolist(), "teachers": logits.tolist(), "agreed": [bool(a) for a in agree], "rate": rate * samples,
    "step": step, "history": history}) + "\n")
print(agree.tolist(), [h["weights"] for h in history])
