"""Writes data_labels.pt for LabelNoiseTests: NumPy label columns saved as CIFAR-100N's published file saves them."""
import pathlib

import numpy as np
import torch

torch.save({"clean_label": np.array([5, 7, 99]), "noisy_label": np.array([5, 9, 98])}, pathlib.Path(__file__).with_suffix(".pt"))
