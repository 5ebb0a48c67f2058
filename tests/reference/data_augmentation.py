"""Values for ImageOperationsTests: torchvision's operations on a small Pillow image."""
import json
import math
import pathlib

import torchvision
import torchvision.transforms.functional as F
from PIL import Image
from torchvision.transforms.autoaugment import _apply_op
from torchvision.transforms import InterpolationMode

height, width = 9, 12
image = Image.new("RGB", (width, height))
image.putdata([tuple((30 + c * 61 + y * 23 + x * (17 + 9 * c) + (x * y * 7) % 50) % 256 for c in range(3)) for y in range(height) for x in range(width)])


def planes(picture):
    pixels = list(picture.getdata())
    return [pixel[c] for c in range(3) for pixel in pixels]


cases = []


def case(operation, amount, picture):
    cases.append({"operation": operation, "amount": amount, "values": planes(picture)})


for factor in (0.0, 0.4, 1.0, 1.9):
    case("Brightness", factor, F.adjust_brightness(image, factor))
    case("Contrast", factor, F.adjust_contrast(image, factor))
    case("Saturation", factor, F.adjust_saturation(image, factor))
    case("Sharpness", factor, F.adjust_sharpness(image, factor))
for hue in (-0.5, -0.12, 0.0, 0.3):
    case("Hue", hue, F.adjust_hue(image, hue))
for bits in (1, 4, 7):
    case("Posterize", bits, F.posterize(image, bits))
for threshold in (0.0, 99.5, 128.0):
    case("Solarize", threshold, F.solarize(image, threshold))
case("AutoContrast", 0, F.autocontrast(image))
case("Equalize", 0, F.equalize(image))
case("Invert", 0, F.invert(image))
for name, amounts in {"ShearX": (0.27, -0.13), "ShearY": (0.27, -0.13), "TranslateX": (3.7, -2.2), "TranslateY": (3.7, -2.2), "Rotate": (17.0, -30.0)}.items():
    for amount in amounts:
        case(name, amount, _apply_op(image, name, amount, InterpolationMode.NEAREST, None))
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps({"torchvision": torchvision.__version__, "height": height, "width": width, "image": planes(image), "cases": cases}) + "\n")
