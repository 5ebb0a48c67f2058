"""Runs the public networks with weights that a formula gives, and writes what they compute to model_reference.json.

    python3 model_reference.py --mdistiller DIR --vision-w2s DIR --timm DIR

needs PyTorch, torchvision and checkouts of megvii-research/mdistiller, ggjy/vision_weak_to_strong and
huggingface/pytorch-image-models. For each network of the library's catalogue: the number of
parameters, the keys of the state dict (as a CRC-32 over names and shapes), and for two images the first eight logits,
the first eight pooled features and, where the public code gives them, shape and mean of every stage. Made with PyTorch
1.13.0 and torchvision 0.14.1 of Debian 12.
"""

import argparse
import importlib.util
import json
import math
import sys
import types
import zlib
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torchvision


def uniform(key, count):
    """count numbers in [0, 1), the same in every language: an integer hash of the key's CRC-32 and the position."""
    value = (np.arange(count, dtype=np.uint64) * 2654435761 + zlib.crc32(key.encode())) & 0xFFFFFFFF
    for shift, factor in ((15, 0x2C1B3C6D), (12, 0x297A2D39), (15, 1)):
        value ^= value >> np.uint64(shift)
        value = (value * factor) & 0xFFFFFFFF
    return (value >> np.uint64(8)).astype(np.float64) / 2**24


def fill(model):
    """Gives every parameter and buffer the values of its key."""
    for key, tensor in model.state_dict().items():
        if key.endswith("num_batches_tracked"):
            continue
        u = uniform(key, tensor.numel())
        if key.endswith("running_var"):
            u = 0.5 + u
        elif tensor.dim() >= 2:
            u = (2 * u - 1) * math.sqrt(3 / (tensor.numel() / tensor.shape[0]))
        elif key.endswith("weight"):
            u = 0.8 + 0.4 * u
        else:
            u = (u - 0.5) * 0.2
        tensor.copy_(torch.from_numpy(u).float().view(tensor.shape))


def load(path, name, **stubs):
    """Loads one file as a module, with stand-ins for imports that its networks do not need."""
    for stub, attributes in stubs.items():
        sys.modules[stub] = types.SimpleNamespace(**attributes)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Classifier(torch.nn.Module):
    """encoder and classifier.linear, as few-shot-meta-baseline joins them."""

    def __init__(self, encoder, classes):
        super().__init__()
        self.encoder = encoder
        self.classifier = torch.nn.Module()
        self.classifier.linear = torch.nn.Linear(encoder.out_dim, classes)

    def forward(self, x):
        pooled = self.encoder(x)
        return self.classifier.linear(pooled), pooled, []


def networks(args):
    """(name, network, image size, function from output to logits, pooled features or None, stages)."""
    sys.path[:0] = [args.mdistiller, args.timm]
    cifar = Path(args.mdistiller) / "mdistiller/models/cifar"
    distiller = lambda out: (out[0], out[1]["pooled_feat"], out[1]["feats"])
    plain = lambda out: (out, None, [])
    resnet = load(cifar / "resnet.py", "md_resnet")
    for name in "resnet8 resnet14 resnet20 resnet32 resnet44 resnet56 resnet110 resnet8x4 resnet32x4".split():
        yield name, getattr(resnet, name)(num_classes=100), 32, distiller
    yield "cifar-resnet50", load(cifar / "resnetv2.py", "md_resnetv2").ResNet50(num_classes=100), 32, distiller
    wrn = load(cifar / "wrn.py", "md_wrn")
    for name in "wrn_16_1 wrn_16_2 wrn_40_1 wrn_40_2".split():
        yield name.replace("_", "-"), getattr(wrn, name)(num_classes=100), 32, distiller
    vgg = load(cifar / "vgg.py", "md_vgg")
    yield "vgg8", vgg.vgg8_bn(num_classes=100), 32, distiller
    yield "vgg13", vgg.vgg13_bn(num_classes=100), 32, distiller
    yield "shufflenet-v1", load(cifar / "ShuffleNetv1.py", "md_sv1").ShuffleV1(num_classes=100), 32, distiller
    yield "shufflenet-v2", load(cifar / "ShuffleNetv2.py", "md_sv2").ShuffleV2(num_classes=100), 32, distiller
    yield "mobilenet-v2", load(cifar / "mobilenetv2.py", "md_mv2").mobile_half(100), 32, distiller

    paper = Path(args.vision_w2s)
    noisy = load(paper / "noisy_labels_learning/utils_sel/models/preact_resnet.py", "sel_preact", IPython={"embed": None})
    for depth in 18, 34:
        network = getattr(noisy, f"PreActResNet{depth}")(num_classes=100, low_dim=128, head="Linear")
        yield f"preactresnet{depth}+projection", network, 32, lambda out: (out[0], None, [])
        network = getattr(noisy, f"PreActResNet{depth}")(num_classes=100, low_dim=128, head="Linear")
        network.head = torch.nn.Identity()  # the projection has no part in the logits
        yield f"preactresnet{depth}", network, 32, lambda out: (out[0], None, [])

    few = paper / "few_shot_leaerning/models"
    package = types.ModuleType("fewshot")
    package.__path__ = [str(few)]
    sys.modules["fewshot"] = package
    few_resnet = load(few / "resnet.py", "fewshot.resnet")
    yield "conv4", Classifier(load(few / "convnet4.py", "fewshot.convnet4").ConvNet4(), 64), 84, lambda out: out
    for depth in 12, 18, 36:
        yield f"fewshot-resnet{depth}", Classifier(getattr(few_resnet, f"resnet{depth}_bottle")(), 64), 80, lambda out: out

    for name in "resnet18 resnet34 resnet50".split():
        yield name, getattr(torchvision.models, name)(weights=None), 224, plain
    resnet = torchvision.models.resnet
    yield "resnet18-cntk", resnet.ResNet(resnet.BasicBlock, [2, 2, 2, 3]), 224, plain
    yield "alexnet", torchvision.models.alexnet(weights=None), 224, plain
    yield "torchvision vit_b_16", torchvision.models.vit_b_16(weights=None), None, None  # its count; its keys are its own

    registry = {"timm": {}, "timm.models": {}, "timm.models.registry": {"register_model": lambda function: function}}
    kept = {name: sys.modules.pop(name, None) for name in registry}
    mobile = load(paper / "classification/custom_model/mobilenetv1.py", "w2s_mobilenetv1", **registry)
    for name in registry:
        del sys.modules[name]
    yield "mobilenet-v1", mobile.MobileNetV1(), 224, plain

    from timm.models.vision_transformer import VisionTransformer, vit_base_patch16_224
    yield "vit-b16", vit_base_patch16_224(), 224, plain
    tiny = VisionTransformer(img_size=32, patch_size=4, embed_dim=192, depth=6, num_heads=3, num_classes=100)
    yield "vit-tiny-32", tiny, 32, plain
    # MAE's fine-tuning form: the mean of the patch tokens, then fc_norm
    mae = VisionTransformer(embed_dim=768, depth=12, num_heads=12, qkv_bias=True, global_pool="avg", fc_norm=True,
                            norm_layer=partial(torch.nn.LayerNorm, eps=1e-6))
    yield "vit-b16-mae", mae, 224, plain


def describe(name, network, size, split):
    entry = {"name": name, "parameters": sum(p.numel() for p in network.parameters())}
    if size is None:
        return entry
    state = network.state_dict()
    entry["keys"] = zlib.crc32("\n".join(sorted(f"{key} {list(t.shape)}" for key, t in state.items())).encode())
    with torch.no_grad():
        fill(network.eval())
        images = torch.from_numpy((2 * uniform("images", 2 * 3 * size * size) - 1) * 1.7).float().view(2, 3, size, size)
        logits, pooled, stages = split(network(images))
    entry["size"] = size
    entry["scale"] = logits.abs().max().item()
    entry["logits"] = [[round(v, 6) for v in row[:8].tolist()] for row in logits]
    if pooled is not None:
        entry["pooled"] = [[round(v, 6) for v in row[:8].tolist()] for row in pooled.flatten(1)]
    if stages:
        entry["stages"] = [{"shape": list(s.shape), "mean": round(s.double().mean().item(), 6)} for s in stages]
    return entry


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for option in "mdistiller", "vision-w2s", "timm":
        parser.add_argument(f"--{option}", required=True)
    entries = [describe(*network) for network in networks(parser.parse_args())]
    out = Path(__file__).with_name("model_reference.json")
    out.write_text("[\n" + ",\n".join(json.dumps(entry) for entry in entries) + "\n]\n")
