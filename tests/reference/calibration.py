"""Reference values of lib/W2S/Analysis/TemperatureScaling.cs: PyTorch's L-BFGS on log T in float64. Writes calibration.json beside itself.

Run with: python3 tests/reference/calibration.py   (PyTorch 1.13 was used)
"""
import json
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
here = pathlib.Path(__file__).parent
metrics = json.loads((here / "metrics.json").read_text())
labels = torch.tensor(metrics["labels"])
cases = []
for name in ("student", "teacher"):
    for scale in (0.2, 1.0, 5.0):
        z = torch.tensor(metrics[name]) * scale
        log_t = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.LBFGS([log_t], max_iter=500, tolerance_grad=1e-14, tolerance_change=1e-16, line_search_fn="strong_wolfe")

        def closure():
            optimizer.zero_grad()
            loss = F.cross_entropy(z / log_t.exp(), labels)
            loss.backward()
            return loss

        optimizer.step(closure)
        t = float(log_t.exp())
        cases.append({"logits": name, "scale": scale, "temperature": t,
                      "before": float(F.cross_entropy(z, labels)), "after": float(F.cross_entropy(z / t, labels))})
(here / "calibration.json").write_text(json.dumps(cases, indent=1) + "\n")
