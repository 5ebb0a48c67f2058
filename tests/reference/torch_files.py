"""Writes the small files of torch-files/ that the tests of the weight readers read: what torch.save of Debian's
PyTorch 1.13.0 makes of plain data in both its formats, and pickles that must be refused.

    python3 torch_files.py
"""

import argparse
import collections
import os
import pathlib
import pickle
from pathlib import Path

import numpy as np
import torch

FOLDER = Path(__file__).with_name("torch-files")


class Marker:
    """Unpickled by Python, this would make a file named MARKER in the working folder."""

    def __reduce__(self):
        return os.system, ("touch MARKER",)


def save(name, value, legacy=False, **options):
    torch.save(value, FOLDER / name, _use_new_zipfile_serialization=not legacy, **options)


def values():
    base = torch.arange(12, dtype=torch.float32).view(3, 4)
    tied = torch.tensor([1.5, -2.5])
    return collections.OrderedDict(
        f32=base,
        f64=torch.tensor([0.1, -1e300], dtype=torch.float64),
        f16=torch.tensor([0.5, -2.0], dtype=torch.float16),
        bf16=torch.tensor([0.5, -3.0], dtype=torch.bfloat16),
        i64=torch.tensor([2**40, -1]),
        i32=torch.tensor([7, -7], dtype=torch.int32),
        i16=torch.tensor([300, -300], dtype=torch.int16),
        i8=torch.tensor([-128, 127], dtype=torch.int8),
        u8=torch.tensor([0, 255], dtype=torch.uint8),
        bool=torch.tensor([True, False]),
        transposed=base.t(),
        row=base[1],
        scalar=torch.tensor(3.25),
        empty=torch.zeros(0, 3),
        parameter=torch.nn.Parameter(torch.tensor([4.0])),
        tied=tied,
        tied_again=tied,
    )


def main():
    FOLDER.mkdir(exist_ok=True)
    for legacy in False, True:
        kind = "legacy" if legacy else "zip"
        save(f"tensors-{kind}.pth", values(), legacy)
        human = {"noisy_label": np.array([3, 1, 4, 1, 5]), "clean_label": np.array([3, 1, 4, 1, 6])}
        save(f"numpy-{kind}.pt", human, legacy)
        save(f"command-{kind}.pth", {"weight": torch.zeros(2), "extra": Marker()}, legacy)
        settings = argparse.Namespace(lr=0.1, name="run", out=pathlib.PosixPath("/tmp/out"), dtype=torch.float16,
                                      inner=argparse.Namespace(depth=[1, 2]), counts=collections.defaultdict(int, a=1))
        save(f"namespace-{kind}.pth", {"model": {"w": torch.zeros(2)}, "args": settings}, legacy)
        # Elements that share memory: along strides of 0, and windows that overlap.
        one = torch.tensor([1.5])
        save(f"expanded-{kind}.pth", {
            "row": torch.arange(3.0).expand(2, 3), "column": torch.arange(2.0).view(2, 1).expand(2, 3), "all": one.expand(4, 5),
            "none": one.expand(0), "scalar": torch.tensor(2.5).expand(3), "windows": torch.arange(5.0).unfold(0, 3, 1),
        }, legacy)
    save("arrays.pth", {
        "f2": np.array([0.5, -1.5], dtype=np.float16), "f4": np.arange(6, dtype=np.float32).reshape(2, 3),
        "f8": np.array([[1.0, 2.0], [3.0, 4.0]], order="F")[:, :], "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "u1": np.array([0, 200], dtype=np.uint8), "u2": np.array([1, 65535], dtype=np.uint16),
        "u4": np.array([1, 4294967295], dtype=np.uint32), "i4": np.array([-5], dtype=np.int32), "b1": np.array([True, False]),
        "zero": np.array(2.5), "number": np.float64(0.75), "whole": np.int64(-3),
    })
    save("arrays-protocol4.pth", {"f4": np.arange(3, dtype=np.float32), "text": "ä€", "big": 2**70}, pickle_protocol=4)
    save("containers.pth", {
        "list": [1, 2.5, None, True, "x"], "tuple": (1, (2, 3)), "nested": {"deep": {"er": [torch.tensor([1.0])]}},
        "ordered": collections.OrderedDict(a=1), "size": torch.zeros(2, 3).shape, "set": {1}, "bytes": b"\x00\xff", 5: "five",
        "device": torch.device("cpu"),
    })
    save("big-endian.pth", {"x": np.arange(3, dtype=">i4")})
    save("objects.pth", {"x": np.array(["a", None], dtype=object)})
    save("function.pth", {"f": torch.nn.functional.relu})
    (FOLDER / "plain.pkl").write_bytes(pickle.dumps({"a": 1}, protocol=2))
    module = torch.nn.Module()
    module.weight = torch.nn.Parameter(torch.zeros(2))
    torch.jit.script(module).save(str(FOLDER / "script.pt"))
    # A checkpoint as training code leaves it: nested, prefixed by DataParallel, a head of another name.
    state = {f"module.{key}": value for key, value in [
        ("conv.weight", torch.full((2, 3, 1, 1), 0.5)), ("linear.weight", torch.full((4, 2), 2.0)), ("linear.bias", torch.ones(4))]}
    save("checkpoint.pth", {"epoch": 240, "model": state, "best_acc": np.float64(71.5), "optimizer": {"state": {0: {"momentum_buffer": torch.zeros(2)}},
                                                                                              "param_groups": [{"lr": 0.05, "params": [0, 1]}]}})


if __name__ == "__main__":
    main()
