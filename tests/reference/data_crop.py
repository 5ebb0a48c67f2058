"""Values for CropResizeTests: PyTorch's bilinear enlargement of a part of an image."""
import json
import pathlib

import torch
import torch.nn.functional as F

height, width = 8, 10
image = torch.tensor([[[(c * 91 + y * 37 + x * 53 + y * x * 11) % 256 for x in range(width)] for y in range(height)] for c in range(3)])
cases = []
for top, left, h, w in [(0, 0, 8, 10), (2, 3, 5, 4), (7, 9, 1, 1), (1, 0, 3, 10)]:
    part = image[:, top : top + h, left : left + w]
    out = F.interpolate(part[None].float(), size=(height, width), mode="bilinear", align_corners=False)[0]
    cases.append({"part": [top, left, h, w], "values": [round(v, 3) for v in out.flatten().tolist()]})
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps({"torch": torch.__version__, "height": height, "width": width, "image": image.flatten().tolist(), "cases": cases}) + "\n")
