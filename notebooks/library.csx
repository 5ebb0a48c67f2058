// Loads the built library and names its rooms: for the pages by setup.csx, for plans by ./w2s sweep.
#r "../lib/W2S.Charts/bin/W2S.dll"
#r "../lib/W2S.Charts/bin/W2S.Charts.dll"
using System.IO;
using TorchSharp;
using W2S.Analysis;
using W2S.Charts;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Corruptions;
using W2S.Data.Episodes;
using W2S.Data.Noise;
using W2S.Data.Shapes;
using W2S.Data.Sources;
using W2S.Data.Views;
using W2S.Experiments;
using W2S.Experiments.FewShot;
using W2S.Experiments.LabelChoice;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;

var quick = Environment.GetEnvironmentVariable("W2S_QUICK") == "1";

// The strong network where images are drawn; at the quick setting it has seen few.
var strongOfShapes = !quick ? ShapesPretraining.Strong
    : ShapesPretraining.Strong with { Epochs = 3, Pictures = new() { Count = 1_500, Difficulty = .6 } };
