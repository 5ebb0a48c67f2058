using TorchSharp;
using W2S.Training;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace W2S.Tests.Training;

[Collection(ProcessWide.Name)]
public sealed class OptimizerTests
{
    private delegate optim.Optimizer Theirs(IEnumerable<Parameter> parameters);

    private static readonly Dictionary<string, (Optimizer Ours, Theirs Theirs)> Pairs = new()
    {
        ["sgd"] = (new Sgd(0.1) { WeightDecay = 5e-4 }, p => optim.SGD(p, 0.1, momentum: 0.9, weight_decay: 5e-4)),
        ["plain"] = (new Sgd(0.1) { Momentum = 0 }, p => optim.SGD(p, 0.1)),
        ["nesterov"] = (new Sgd(0.05) { WeightDecay = 1e-2, Nesterov = true },
            p => optim.SGD(p, 0.05, momentum: 0.9, weight_decay: 1e-2, nesterov: true)),
        ["adam"] = (new Adam(1e-2) { WeightDecay = 1e-4 }, p => optim.Adam(p, 1e-2, weight_decay: 1e-4)),
        ["adamw"] = (new AdamW(1e-2) { WeightDecay = 0.05, Beta2 = 0.95 },
            p => optim.AdamW(p, 1e-2, beta2: 0.95, weight_decay: 0.05)),
    };

    public static TheoryData<string> Names => [.. Pairs.Keys];

    [Theory, MemberData(nameof(Names))]
    public void FollowsTheSamePathAsTorch(string name)
    {
        using var scope = NewDisposeScope();
        var (ours, theirs) = Pairs[name];
        Tensor[] ourParameters = Start(), theirParameters = Start();
        var flat = new FlatParameters(
            [.. ourParameters.Select((p, i) => new TrainedParameter($"p{i}", p, 1, ours.WeightDecay))], ours);
        var reference = theirs(theirParameters.Cast<Parameter>());
        for (var step = 0; step < 20; step++)
        {
            flat.Gradients.zero_();
            Loss(ourParameters).backward();
            flat.Step(ours.LearningRate, step + 1);
            reference.zero_grad();
            Loss(theirParameters).backward();
            reference.step();
        }
        foreach (var (a, b) in ourParameters.Zip(theirParameters))
            Assert.True(a.allclose(b, rtol: 1e-5, atol: 1e-6), $"{a.sub(b).abs().max().item<float>()} apart");
        Assert.True(ourParameters[0].sub(Start()[0]).abs().max().item<float>() > 0.01f, "nothing moved");

        static Tensor[] Start()
        {
            manual_seed(3);
            return [new Parameter(randn(4, 3, 3, 3)), new Parameter(randn(4))];
        }

        static Tensor Loss(Tensor[] p) => (p[0].sum([1, 2, 3]) + p[1]).square().sum() + p[0].sin().sum();
    }

    [Fact]
    public void GroupsHaveTheirOwnRateAndDecay()
    {
        using var scope = NewDisposeScope();
        Tensor[] p = [ones(3).requires_grad_(), ones(3).requires_grad_(), ones(3).requires_grad_()];
        var flat = new FlatParameters([new("a", p[0]), new("b", p[1], 0.5), new("c", p[2], 1, 0.1)],
            new Sgd(0.1) { Momentum = 0 });
        (p[0].sum() + p[1].sum() + p[2].sum()).backward();
        flat.Step(0.1, 1);
        Assert.Equal([0.9f, 0.95f, 0.89f], p.Select(x => x[0].item<float>()), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(3, flat.Groups.Count);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void FlatParametersKeepValuesAndReceiveGradients(bool channelsLast)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var layer = nn.Conv2d(3, 5, 3);
        var before = layer.weight.clone();
        var flat =
            new FlatParameters([.. layer.named_parameters().Select(p => new TrainedParameter(p.name, p.parameter))],
                new Sgd(), channelsLast);
        Assert.True(before.allclose(layer.weight, rtol: 0, atol: 0));
        Assert.Equal(channelsLast ? 1 : 9, layer.weight.stride(1));
        var x = randn(2, 3, 8, 8);
        layer.forward(x).square().sum().backward();
        using var twin = nn.Conv2d(3, 5, 3);
        twin.load_state_dict(layer.state_dict());
        twin.forward(x).square().sum().backward();
        Assert.True(layer.weight.grad!.allclose(twin.weight.grad!, rtol: 1e-4, atol: 1e-4));
        Assert.Equal(flat.Gradients.square().sum().item<float>(),
            (twin.weight.grad!.square().sum() + twin.bias!.grad!.square().sum()).item<float>(), 1e-1f);
        Assert.Null(flat.FirstNotFinite());
        layer.bias!.grad![2] = float.NaN;
        Assert.Equal("bias", flat.FirstNotFinite());
    }

    [Fact]
    public void BadOptionsAreNamed()
    {
        Assert.Contains("LearningRate", Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(0)).Message);
        Assert.Contains("Beta2", Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW { Beta2 = 2 }).Message);
        Assert.Contains("unfrozen", Assert.Throws<ArgumentException>(() => new FlatParameters([], new Sgd())).Message);
    }
}
