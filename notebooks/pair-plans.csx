// What the two plans of page 07 share.
NetworkSource Cifar(int classes, int depth) => new PublicNetwork($"cifar{classes}_resnet{depth}").At(32);
NetworkSource ImageNet(int size, int? stage = null) => new PublicNetwork("imagenet_resnet18").At(size, stage);

IEnumerable<PairStudy> Pairs(
    DataSource images, int third, int[] labels, params (NetworkSource, NetworkSource)[] pairs) =>
    from pair in pairs
    from split in Enumerable.Range(0, 10)
    select new PairStudy
    {
        Images = images, Weak = pair.Item1, Strong = pair.Item2, TrueLabels = labels, Third = third, Seed = split,
    };

/// <summary>Two splits of drawn shapes, for a quick look.</summary>
IEnumerable<PairStudy> OnShapes(int from) => Pairs(
    new ShapesSource(new ShapesOptions { Count = 900, Difficulty = 0.6 }, 7), 300, [40, 200],
    (ShapesPretraining.Weak, strongOfShapes)).Skip(from).Take(2);
