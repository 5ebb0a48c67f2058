"""PyTorch's side of `./w2s bench`: the same networks, batches and updates as the library's trainer, taking turns with it.

Started by the bench program, not by hand. It warms up, prints a line of JSON with its version, and then answers each line
"go" by one turn of --steps steps and a line with the milliseconds a step; any other line ends it. With --whole it runs its
steps and ends. The data path is as fast as PyTorch makes it without workers: all images as bytes in one tensor, crops and
flips of a whole batch by one advanced indexing.
"""
import argparse
import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = None
        if stride != 1 or inputs != width:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += x if self.downsample is None else self.downsample(x)
        return self.relu(y)


class ResNet(nn.Module):
    """resnetN and resnetNx4 for 32×32 images, as in chenyaofo/pytorch-cifar-models and mdistiller."""

    def __init__(self, name, classes=100):
        super().__init__()
        wide = name.endswith("x4")
        depth = int(name.removeprefix("resnet").removesuffix("x4"))
        inputs, widths = (32, (64, 128, 256)) if wide else (16, (16, 32, 64))
        self.conv1 = nn.Conv2d(3, inputs, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inputs)
        stages = []
        for stage, width in enumerate(widths):
            for block in range((depth - 2) // 6):
                stages.append(Block(inputs, width, 2 if stage > 0 and block == 0 else 1))
                inputs = width
        self.layers = nn.Sequential(*stages)
        self.fc = nn.Linear(inputs, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        return self.fc(functional.adaptive_avg_pool2d(self.layers(x), 1).flatten(1))


def read(path, count):
    """uint8 [N, 3, 32, 32] and int64 [N] of CIFAR-100's train.bin; random numbers where path is '-'."""
    if path == "-":
        generator = torch.Generator().manual_seed(0)
        return (torch.randint(256, (count, 3, 32, 32), dtype=torch.uint8, generator=generator),
                torch.randint(100, (count,), generator=generator))
    with open(path, "rb") as file:
        records = torch.frombuffer(bytearray(file.read(count * 3074)), dtype=torch.uint8).view(count, 3074)
    return records[:, 2:].reshape(count, 3, 32, 32).contiguous(), records[:, 1].long()


class Batches:
    """Shuffled batches without end: four black pixels of padding, a random crop, every other image mirrored, −1 … 1."""

    def __init__(self, options):
        self.images, self.labels = (data.to(options.device) for data in read(options.data, options.images))
        self.device, self.size = options.device, options.batch
        self.place, self.order = 0, self.shuffled(options.images)

    def shuffled(self, count):
        return torch.randperm(count).to(self.device)

    def next(self):
        if self.place + self.size > len(self.order):
            self.place, self.order = 0, self.shuffled(len(self.order))
        rows = self.order[self.place:self.place + self.size]
        self.place += self.size
        n = len(rows)
        here = {"device": self.device}
        line = torch.arange(32, **here)
        top, left, flip = torch.randint(9, (n, 1), **here), torch.randint(9, (n, 1), **here), torch.rand(n, 1, **here) < 0.5
        ys, xs = top + line, left + torch.where(flip, 31 - line, line)
        padded = functional.pad(self.images[rows], (4, 4, 4, 4))
        picked = padded[torch.arange(n, **here).view(n, 1, 1, 1), torch.arange(3, **here).view(1, 3, 1, 1), ys.view(n, 1, 32, 1), xs.view(n, 1, 1, 32)]
        return picked.float().div_(127.5).sub_(1), self.labels[rows]


class Training:
    def __init__(self, options):
        self.batches = Batches(options)
        self.device = options.device
        self.last = options.layout == "channels-last"
        self.narrow = options.precision == "bf16"
        self.student = self.lay(ResNet(options.model)).train()
        self.teacher = self.lay(ResNet(options.teacher)).eval() if options.teacher else None
        self.compiled = torch.compile(self.student) if options.compile else self.student
        decayed = [p for p in self.student.parameters() if p.dim() > 1]
        others = [p for p in self.student.parameters() if p.dim() <= 1]
        groups = [{"params": decayed, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0}]
        self.optimizer = torch.optim.SGD(groups, 0.1, momentum=0.9, nesterov=True)

    def lay(self, module):
        module = module.to(self.device)
        return module.to(memory_format=torch.channels_last) if self.last else module

    def step(self):
        images, labels = self.batches.next()
        if self.last:
            images = images.to(memory_format=torch.channels_last)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.narrow):
            if self.teacher is not None:
                with torch.no_grad():
                    weak = self.teacher(images)
            logits = self.compiled(images)
        logits = logits.float()
        loss = functional.cross_entropy(logits, labels)
        if self.teacher is not None:
            soft = functional.kl_div(functional.log_softmax(logits / 4, 1), functional.softmax(weak.float() / 4, 1), reduction="batchmean")
            loss = loss + 16 * soft
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()


class Probe:
    """The plain loop over one linear probe on features: a batch with replacement, cross entropy, Adam, cosine to 0."""

    def __init__(self, options):
        self.options = options
        self.features = torch.randn(4000, options.features)
        self.labels = torch.randint(options.classes, (4000,))
        self.features = (self.features - self.features.mean(0)) / self.features.std(0)

    def train(self):
        layer = nn.Linear(self.options.features, self.options.classes)
        optimizer = torch.optim.Adam(layer.parameters(), lr=1e-2, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.options.steps)
        for _ in range(self.options.steps):
            rows = torch.randint(4000, (self.options.batch,))
            optimizer.zero_grad(set_to_none=True)
            functional.cross_entropy(layer(self.features[rows]), self.labels[rows]).backward()
            optimizer.step()
            schedule.step()


def answer(**figures):
    print(json.dumps(figures), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["train", "data", "probe"])
    parser.add_argument("--data", required=True)
    parser.add_argument("--images", type=int, default=50000)
    parser.add_argument("--model", default="resnet20")
    parser.add_argument("--teacher")
    parser.add_argument("--layout", choices=["default", "channels-last"], default="default")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--compile", action="store_true", help="forward and backward by torch.compile: PyTorch 2, a C++ compiler")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--features", type=int, default=64)
    parser.add_argument("--classes", type=int, default=20)
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = True
    if options.what == "train":
        step = Training(options).step
    elif options.what == "probe":
        probe = Probe(options)
    else:
        batches = Batches(options)

        def step():
            images, _ = batches.next()
            if options.layout == "channels-last":
                images.to(memory_format=torch.channels_last)

    def turn():
        started = time.perf_counter()
        if options.what == "probe":
            probe.train()
            return 1000 * (time.perf_counter() - started)
        for _ in range(options.steps):
            step()
        if options.device == "cuda":
            torch.cuda.synchronize()
        return 1000 * (time.perf_counter() - started) / options.steps

    first = turn()
    answer(version=f"PyTorch {torch.__version__}", milliseconds=first, peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    if options.whole:
        return
    for line in sys.stdin:
        if line.strip() != "go":
            break
        milliseconds = turn()
        answer(milliseconds=milliseconds, peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
