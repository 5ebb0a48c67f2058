using TorchSharp;
using W2S.Losses;
using W2S.Losses.WeakToStrong;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Losses;

public sealed class RavenTests
{
    [Fact]
    public void EqualsPlainPyTorchOverARun()
    {
        using var scope = NewDisposeScope();
        var reference = ReferenceFile.Read("raven.json");
        var teachers = ReferenceFile.Values(reference["teachers"]!);
        var raven = new Raven([.. teachers.unbind(0)]) { LearningRate = (double)reference["step"]! };
        Assert.Equal(reference["agreed"]!.AsArray().Select(one => (bool)one!), raven.Agreed);
        var z = ReferenceFile.Values(reference["student"]!);
        var history = reference["history"]!.AsArray();
        int[] rows = [.. Enumerable.Range(0, (int)z.shape[0])];
        for (var epoch = 0; epoch < history.Count; epoch++)
        {
            var student = z.clone().requires_grad_();
            var taught = raven.Teach(new LossBatch(student) { Epoch = epoch, Epochs = history.Count }, rows);
            var loss = new WeakCrossEntropy().Compute(taught).Total;
            loss.backward();
            Assert.Equal((double)history[epoch]!["loss"]!, loss.item<double>(), 1e-12);
            Close(history[epoch]!["gradient"]!.AsArray(), student.grad!.ToArray());
            Close(history[epoch]!["weights"]!.AsArray(), [.. raven.Weights]);
            z -= (double)reference["rate"]! * student.grad!;
        }

        static void Close(System.Text.Json.Nodes.JsonArray wanted, double[] got) => Assert.All(
            wanted.Zip(got), pair => Assert.Equal((double)pair.First!, pair.Second, 1e-12));
    }

    [Fact]
    public void WeightsStayOnTheSimplexAndGoToTheTeacherWhomTheStudentFollows()
    {
        using var scope = NewDisposeScope();
        var good = eye(4) * 4;
        var raven = new Raven([good, good.flip(0)]) { LearningRate = 100, EasyPart = 0 };
        raven.Teach(new LossBatch(good), [0, 1, 2, 3]);
        Assert.Equal(1, raven.Weights.Sum(), 12);
        Assert.InRange(raven.Weights[1], 1e-9, 1e-6);
        Assert.All(raven.Agreed, Assert.False);
    }

    [Fact]
    public void AProbeLearnsWithItsTeachersWeights()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (x, truth) = (randn(60, 5), arange(60) % 3);
        x += 2 * nn.functional.one_hot(truth, 5);
        var right = 5 * nn.functional.one_hot(truth, 3).to_type(ScalarType.Float32);
        var raven = new Raven([right, right.index_select(0, randperm(60))]) { LearningRate = .1, EasyPart = .2 };
        ProbeTask task = new(x, 3, new WeakCrossEntropy(), Supervision.ByTeacher(right),
            new() { Steps = 100, BatchSize = 32 })
        { Teach = raven.Teach };
        using var probe = LinearProbe.TrainMany([task])[0];
        Assert.True(raven.Weights[0] > .8);
        Assert.True(probe.Accuracy(x, truth.data<long>().ToArray()) > .7);
        foreach (var options in new LinearProbeOptions[] { new() { ChooseL2 = [.1, 1] }, new() { Mixup = 1 } })
            Assert.Contains("serves one training", Assert.Throws<ArgumentException>(
                () => LinearProbe.TrainMany([task with { Options = options }])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatDoesNotFitIsNamed()
    {
        using var scope = NewDisposeScope();
        var raven = new Raven([randn(4, 3), randn(4, 3)]);
        Message<ArgumentException>(() => new Raven([]), "teachers");
        Message<ArgumentException>(() => new Raven([randn(4, 3), randn(4, 2)]), "[4, 2]");
        Message<ArgumentException>(() => raven.Teach(new(randn(2, 3)), [0, 4]), "to 4", "0 … 3");
        Message<ArgumentException>(() => raven.Teach(new(randn(2, 3)), [0]), "[2, 3]", "[1, 3]");
        Message<ArgumentOutOfRangeException>(() => new Raven([randn(4, 3)]) { EasyPart = 2 }, "EasyPart");

        static void Message<T>(Func<object> action, params string[] words) where T : Exception
        {
            var message = Assert.ThrowsAny<T>(action).Message;
            Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
        }
    }
}
