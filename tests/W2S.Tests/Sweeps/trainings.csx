// Small real trainings, TRAININGS of them of EPOCHS epochs: ResNet-8 on drawn shapes with all that has a state, a
// checkpoint after every update and weights that are kept.
record Trains(int Number) : Experiment
{
    public int Epochs { get; init; }

    public override string Kind => "trains";

    public override RunFacets Facets =>
        new() { Scenario = "trains", Data = "shapes", Variant = $"training {Number}" };

    public override double TestPerTrain => 0;

    public override long Seed { get; init; }

    protected override RunOutcome Run(RunContext context)
    {
        _ = torch.manual_seed(Number);
        using var student = ResNet.Cifar(8, 20);
        using var images = ShapeImages.Create(new ShapesOptions { Count = 96 }, seed: Number);
        using var held = ShapeImages.Create(new ShapesOptions { Count = 48 }, seed: Number + 100);
        var run = new TrainingRun(student, images, new CrossEntropy())
        {
            Batches = new()
            {
                BatchSize = 16, Seed = Number, Augmentation = Augmentation.Standard,
                Mixing = new MixOptions { Mixup = 0.3 },
            },
            Validation = held,
            Options = new()
            {
                Epochs = Epochs, Optimizer = new AdamW(0.005), CheckpointEvery = 1, Folder = context.Folder,
            },
        };
        var result = Trainer.Train(run, context.Progress, context.Token);
        context.Token.ThrowIfCancellationRequested();
        File.Copy(Path.Combine(context.Folder, "last.safetensors"), Path.Combine(context.Kept, "weights.safetensors"));
        return new RunOutcome { Values = new Dictionary<string, double> { ["best"] = result.BestAccuracy ?? 0 } };
    }
}

int Given(string name) => int.Parse(Environment.GetEnvironmentVariable(name) ?? "0");

Experiment[] runs = [.. Enumerable.Range(0, Given("TRAININGS"))
    .Select(number => new Trains(number) { Epochs = Given("EPOCHS") })];
