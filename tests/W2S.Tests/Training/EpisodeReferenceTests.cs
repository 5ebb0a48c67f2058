using System.Text.Json;
using TorchSharp;
using W2S.Data;
using W2S.Data.Episodes;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Tests.Data;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Training;

/// <summary>One tiny task against plain Python floats (tests/reference/few_shot.py): logits, accuracy, both stages'
/// losses, one update.</summary>
public sealed class EpisodeReferenceTests : IDisposable
{
    private const double Tolerance = 1e-6;
    private static readonly JsonElement Reference = ReferenceFile.Read("few_shot.json");
    private static readonly Episode Task = new([0, 1], [0, 1, 2, 3], [4, 5, 6, 7]);

    // Bytes minus 128.
    private static readonly Normalization Plain =
        new((128 / 255f, 128 / 255f, 128 / 255f), (1 / 255f, 1 / 255f, 1 / 255f));
    private readonly ImageSet images;

    public EpisodeReferenceTests()
    {
        byte[] pixels = [.. Reference.GetProperty("support").EnumerateArray().Concat(
            Reference.GetProperty("query").EnumerateArray())
            .SelectMany(image => image.EnumerateArray().Select(value => (byte)value.GetInt32()))];
        images = new ImageSet("task", tensor(pixels, ScalarType.Byte).reshape(8, 3, 1, 1), [0, 0, 1, 1, 0, 0, 1, 1],
            ["a", "b"]);
    }

    public static TheoryData<string, string> Losses => new(
        from stage in (string[])["meta stage", "classifier stage"]
        from name in Reference.GetProperty(stage).EnumerateObject().Select(entry => entry.Name)
        select (stage, name));

    public void Dispose() => images.Dispose();

    private static double[] Rows(string name) =>
        [.. Reference.GetProperty(name).EnumerateArray().SelectMany(
            row => row.EnumerateArray().Select(value => value.GetDouble()))];

    private static Loss LossOf(string name, double t) => name.Split(',')[0] switch
    {
        "cross entropy" => new CrossEntropy(),
        "kd" => new Kd { Temperature = 10 },
        "augconf" => new AugConf { Temperature = 10, WarmUp = 0.25 },
        _ => new AdaptConf { Temperature = 10, BetaTemperature = t, WarmUp = 0.25 },
    };

    private static double Epoch(string name) =>
        name.Split("epoch ") is [_, var rest]
            ? double.Parse(rest.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) : 0;

    private T With<T>(Loss loss, Func<EpisodeInput, TrainingState, T> use)
    {
        using var scope = NewDisposeScope();
        using PixelModel student = new(0, 1) { Normalization = Plain }, teacher = new(2, 0) { Normalization = Plain };
        var run = new TrainingRun(student, images, loss)
        {
            Episodes = new EpisodeTraining
            {
                Episode = new EpisodeOptions { Ways = 2, Shots = 2, Queries = 2 },
                TeacherScale = 7.5,
                TasksPerUpdate = 1,
            },
            Teacher = teacher,
            Options = new TrainerOptions { Optimizer = new Sgd(0.1) { Momentum = 0 }, Epochs = 20 },
        };
        using var input = new EpisodeInput(run, run.Episodes, CPU);
        using var state = new TrainingState(student, input.Module, run.Options);
        return use(input, state);
    }

    [Fact]
    public void LogitsAndAccuracyEqualTheHandCalculation()
    {
        using var scope = NewDisposeScope();
        var (student, teacher) = With(new CrossEntropy(), (input, _) =>
        {
            var batch = input.Forward([Task], 0);
            return (batch.StudentLogits.detach().data<float>().ToArray(), batch.TeacherLogits!.data<float>().ToArray());
        });

        // of float32 near 10
        Assert.All(Rows("student logits").Zip(student), pair => Assert.Equal(pair.First, pair.Second, 5 * Tolerance));
        Assert.All(Rows("teacher logits").Zip(teacher), pair => Assert.Equal(pair.First, pair.Second, 5 * Tolerance));
        var right =
            student.Chunk(2).Select(pair => pair[0] > pair[1] ? 0L : 1L).Zip(Task.QueryLabels)
                .Count(pair => pair.First == pair.Second);
        Assert.Equal(Reference.GetProperty("accuracy").GetDouble(), right / 4.0);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void TheLossesOfBothStagesEqualTheHandCalculation(string stage, string name)
    {
        using var scope = NewDisposeScope();
        var meta = stage == "meta stage";
        var loss = LossOf(name, meta ? 0.25 : 8);
        var (students, teachers, labels) = meta
            ? (tensor(Rows("student logits")).reshape(4, 2), tensor(Rows("teacher logits")).reshape(4, 2),
                new long[] { 0, 0, 1, 1 })
            : (tensor(new[] { 2, .5, -1, 0, .1, .2, .3, .25, -.5, 3, 1, 0 }).reshape(3, 4),
                tensor(new[] { 1.5, 1, 0, -.5, 1, -1, 0, .5, .2, .8, 2, -1 }).reshape(3, 4), [0, 2, 2]);
        var total =
            loss.Compute(
                new LossBatch(students)
                {
                    TeacherLogits = teachers,
                    Labels = tensor(labels),
                    Epoch = Epoch(name),
                    Epochs = 20
                }).Total.item<double>();

        Assert.Equal(Reference.GetProperty(stage).GetProperty(name).GetDouble(), total, Tolerance);
        if (!meta) return;
        // The same from the images on: float32 of a loss near 20.
        var whole =
            With(loss, (input, _) => (double)loss.Compute(input.Forward([Task], Epoch(name))).Total.item<float>());
        Assert.Equal(total, whole, 2e-5);
    }

    [Fact]
    public void AnUpdateMovesTheScaleByItsGradient()
    {
        var (before, after) = With(new CrossEntropy(), (input, state) =>
        {
            using var scope = NewDisposeScope();
            var before = input.Diagnostics[EpisodeTraining.ScaleName];
            state.Parameters.Gradients.zero_();
            new CrossEntropy().Compute(input.Forward([Task], 0)).Total.backward();
            state.Parameters.Step(0.1, 1);
            return (before, input.Diagnostics[EpisodeTraining.ScaleName]);
        });

        Assert.Equal(before - 0.1 * Reference.GetProperty("scale gradient").GetDouble(), after, Tolerance);
    }

    [Fact]
    public void ScoresCountWhatALoopCounts()
    {
        using var scope = NewDisposeScope();
        using var set = TinyModel.Pictures(120, 4);
        _ = manual_seed(3);
        var features = randn(120, 5);
        var numbers = features.data<float>().ToArray();
        var sampler = new EpisodeSampler(set, new EpisodeOptions { Ways = 3, Shots = 2, Queries = 4 }, 8);
        var scores = EpisodeScores.Of(features, sampler, 150, TestContext.Current.CancellationToken);

        for (var number = 0; number < 150; number++)
        {
            var task = sampler.Draw(number);
            var prototypes =
                task.Support.Chunk(2)
                    .Select(images =>
                        Enumerable.Range(0, 5).Select(f => images.Average(i => (double)numbers[i * 5 + f])).ToArray())
                            .ToArray();
            var said = task.Query.Select(q => Enumerable.Range(0, 3).MaxBy(way => Cosine(q, prototypes[way])))
                .ToArray();
            Assert.Equal(said.Zip(task.QueryLabels).Count(pair => pair.First == pair.Second) / 12.0,
                scores.Accuracies[number], 1e-12);
            Assert.Equal(said.Select(way => (byte)way), scores.Answers.Skip(number * 12).Take(12));
        }
        Assert.Equal(1, scores.Agreement(scores));

        double Cosine(int query, double[] prototype)
        {
            double dot = 0, a = 0, b = 0;
            for (var f = 0; f < 5; f++)
            {
                var x = (double)numbers[query * 5 + f];
                (dot, a, b) = (dot + x * prototype[f], a + x * x, b + prototype[f] * prototype[f]);
            }
            return dot / Math.Sqrt(a * b);
        }
    }
}
