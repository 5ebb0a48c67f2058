"""Values for CorruptionTests: the published corruptions of images of 64 pixels, written out in NumPy.

    python3 tests/reference/corruptions.py          writes corruptions.json beside this file

After hendrycks/robustness, make_tinyimagenet_c.py: OpenCV's filter2D and GaussianBlur are written as sums over shifted
copies of an image that is mirrored beyond its border; the noise is drawn as the library's SeededRandom draws it.
"""
import json
import math
import pathlib

import numpy as np

MASK = (1 << 64) - 1


def mix(value):
    z = (value + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Random:
    """SplitMix64 and Box-Muller."""

    def __init__(self, seed):
        self.state = seed & MASK

    def uniform(self):
        bits = mix(self.state)
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        return (bits >> 11) / (1 << 53)

    def normal(self):
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())


def gaussian_noise(x, severity, seed):
    c = [0.04, 0.08, .12, .15, .18][severity - 1]
    random = Random(seed)
    noise = np.array([random.normal() for _ in range(x.size)]).reshape(x.transpose(2, 0, 1).shape).transpose(1, 2, 0)
    return np.clip(x / 255. + c * noise, 0, 1) * 255


def disk(radius, alias_blur):
    line = np.arange(-8, 8 + 1)
    xs, ys = np.meshgrid(line, line)
    aliased = np.array((xs ** 2 + ys ** 2) <= radius ** 2, dtype=np.float64)
    aliased /= np.sum(aliased)
    kernel = np.exp(-np.arange(-1, 2) ** 2 / (2 * alias_blur ** 2))
    kernel /= kernel.sum()
    padded = np.pad(aliased, 1)
    return sum(kernel[i] * kernel[j] * padded[i:i + 17, j:j + 17] for i in range(3) for j in range(3))


def defocus_blur(x, severity, seed):
    kernel = disk(*[(0.5, 0.6), (1, 0.1), (1.5, 0.1), (2.5, 0.01), (3, 0.1)][severity - 1])
    padded = np.pad(x / 255., ((8, 8), (8, 8), (0, 0)), mode="reflect")
    height, width, _ = x.shape
    blurred = sum(kernel[i, j] * padded[i:i + height, j:j + width] for i in range(17) for j in range(17))
    return np.clip(blurred, 0, 1) * 255


def contrast(x, severity, seed):
    c = [.4, .3, .2, .1, 0.05][severity - 1]
    x = np.array(x) / 255.
    means = np.mean(x, axis=(0, 1), keepdims=True)
    return np.clip((x - means) * c + means, 0, 1) * 255


height, width = 10, 9
image = np.array([[[(c * 91 + y * 37 + x * 53 + y * x * 11) % 256 for c in range(3)] for x in range(width)] for y in range(height)])
image[2:7, 3:6] //= 4
seed, cases = 7, []
for kind, corrupt in [("GaussianNoise", gaussian_noise), ("DefocusBlur", defocus_blur), ("Contrast", contrast)]:
    for severity in range(1, 6):
        # The image stands second in a set: its noise has a seed of its own.
        out = corrupt(image, severity, mix(mix(seed) + 1 & MASK))
        cases.append({"kind": kind, "severity": severity, "values": [round(v, 4) for v in out.transpose(2, 0, 1).flatten().tolist()]})
lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
pathlib.Path(__file__).with_suffix(".json").write_text(
    f'{{"height":{height},"width":{width},"seed":{seed},"image":{json.dumps(image.transpose(2, 0, 1).flatten().tolist(), separators=(",", ":"))},\n"cases":[\n{lines}\n]}}\n')
