"""Values for BilinearResizeTests: PyTorch's bilinear interpolation of a small image, with and without antialiasing."""
import json
import pathlib

import torch
import torch.nn.functional as F

height, width = 13, 10
image = torch.tensor([[[(c * 91 + y * 37 + x * 53 + y * x * 11) % 256 for x in range(width)] for y in range(height)] for c in range(3)])
cases = []
for out_height, out_width in [(5, 4), (20, 25), (13, 7)]:
    for antialias in (False, True):
        out = F.interpolate(image[None].float(), size=(out_height, out_width), mode="bilinear", align_corners=False, antialias=antialias)[0]
        cases.append({"height": out_height, "width": out_width, "antialias": antialias, "values": [round(v, 4) for v in out.flatten().tolist()]})
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps({"torch": torch.__version__, "height": height, "width": width, "cases": cases}) + "\n")
