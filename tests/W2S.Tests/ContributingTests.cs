using System.Reflection;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TorchSharp;
using W2S.Data.Batches;
using W2S.Losses;
using W2S.Models;
using W2S.Tests.Losses;
using W2S.Tests.Training;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests;

/// <summary>What CONTRIBUTING tells to write is compiled as a reader's own assembly, which sees no more of the library
/// than is public, and works.</summary>
[Collection(ProcessWide.Name)]
public sealed partial class ContributingTests
{
    private static readonly Lazy<Assembly> Own = new(() => Compile([.. Blocks(), Further]));

    // Whatever else is public and abstract, derived from outside.
    private const string Further = """
        using TorchSharp;
        using W2S.Data;
        using W2S.Data.Sources;
        using W2S.Losses;
        using W2S.Models;
        using W2S.Runs;
        using W2S.Torch;
        using W2S.Training;
        using static TorchSharp.torch;

        public sealed record OwnTeaching : DistillationLoss
        {
            public double Temperature { get; init => field = Option.Positive(value); } = 2;

            public override string Name => "Own teaching";

            public override bool HasClosedForm => true;

            protected override TeacherTerms Teach(Logits student, LossBatch batch) =>
                new(new LossTerm("teacher", Distance(student, Teacher(student, batch), Temperature)
                    .Times(batch.Ramp(0.5))));

            protected override void Teach(LogitSample sample) =>
                sample.ToTeacher("teacher", sample.Ramp(0.5), Temperature);
        }

        public sealed class Bare(int classes) : ImageModel("bare")
        {
            public override int Classes => classes;

            public override int FeatureCount => 3;

            protected override ModelOutput Run(Tensor images)
            {
                var pooled = images.mean([2, 3]);
                return new ModelOutput(pooled.repeat(1, classes).narrow(1, 0, classes), pooled, []);
            }
        }

        public sealed record BareSource(int Number) : NetworkSource
        {
            public override string Title => $"bare {Number}";

            protected override ImageModel Make(int classes) => new Bare(classes);
        }

        public sealed record Halving : LearningRateSchedule
        {
            protected override double Curve(double epoch, double epochs) => epoch < epochs / 2 ? 1 : 0.5;
        }

        public sealed record SignDescent : Optimizer
        {
            public SignDescent(double rate) => LearningRate = rate;

            protected override IReadOnlyList<string> Buffers => ["mean"];

            protected override void Update(ParameterUpdate update)
            {
                var mean = update["mean"];
                mean.copy_(mean.Times(0.9).Plus(update.Gradients.Times(0.1)));
                update.Values.sub_(mean.sign().Times(update.LearningRate));
            }
        }

        public sealed record HalfOfIt(ImageSet Images) : Validation(Images)
        {
            public override double Accuracy(ImageModel model, int batch, CancellationToken token) =>
                base.Accuracy(model, batch, token) / 2;
        }

        public sealed record Images(int Count) : DataSource
        {
            public override string Title => $"{Count} images";

            public override ImageSet Read() => throw new NotSupportedException();
        }
        """;

    [Fact]
    public void TheLossOfTheStepsIsOneOfTheLibrarysKind()
    {
        var loss = New<Loss>("AbsoluteError");
        using var scope = NewDisposeScope();
        var logits = tensor(new[,] { { 0.0, 0.0 }, { 0.0, Math.Log(3) } }).requires_grad_();
        var parts = loss.Compute(new LossBatch(logits) { Labels = tensor(new long[] { 0, 0 }) });
        Assert.Equal((1.0 + 1.5) / 2, parts.Total.item<double>(), 12); // 2(1 − ½), 2(1 − ¼)
        parts.Total.backward();
        Assert.Equal([-0.25, 0.25, -0.1875, 0.1875], logits.grad!.data<double>().Select(x => Math.Round(x, 12)));
        Assert.Contains("Absolute error needs labels",
            Assert.Throws<ArgumentException>(() => loss.Compute(new LossBatch(logits))).Message);
    }

    [Fact]
    public void ANetworkAndALossOfTheStepsTrainTogether()
    {
        using var images = TinyModel.Pictures(96, 1);
        random.manual_seed(1);
        using var student = Network(images.Classes);
        using var teacher = New<ImageModel>("Bare", images.Classes);
        var result = Trainer.Train(new TrainingRun(student, images, New<Loss>("AbsoluteError"))
        {
            Validation = New<Validation>("HalfOfIt", images),
            Batches = new BatchOptions { BatchSize = 16, Workers = 0 },
            Options = new() { Epochs = 18, Optimizer = new Sgd(0.1), Schedule = New<LearningRateSchedule>("Halving") },
        });
        Assert.Equal(Evaluator.Evaluate(student, images).Top1 / 2, result.LastAccuracy()!.Value, 12);
        Assert.InRange(result.LastAccuracy()!.Value, 0.25, 0.5); // a sixth by chance
        Assert.Equal(0.05, result.History[^1].LearningRate);
        Trainer.Train(new TrainingRun(student, images, New<Loss>("OwnTeaching"))
        {
            Teacher = teacher,
            Options = new() { Steps = 2 },
        });

        using var features = FeatureExtractor.Compute(student, images);
        var before = student.parameters().First().detach().clone();
        var own = New<Optimizer>("SignDescent", 0.001);
        Trainer.Train(new TrainingRun(student, images, New<Loss>("AbsoluteError"))
        {
            Options = new() { Steps = 1, Optimizer = own, Schedule = new ConstantSchedule() },
        });
        Assert.Equal(0.001f, (student.parameters().First() - before).abs().max().item<float>(), 6);
        var probe = LinearProbe.Train(features.Features, images.Classes, new CrossEntropy(),
            Supervision.ByLabels(images.Labels), new LinearProbeOptions { Steps = 20, Optimizer = own });
        Assert.True(probe.History[^1].Losses["total"] < probe.History[0].Losses["total"] + 1e-9);
    }

    [Fact]
    public void ATeachingLossOfOnesOwnHasItsClosedForm()
    {
        var loss = New<Loss>("OwnTeaching");
        using var scope = NewDisposeScope();
        _ = manual_seed(1);
        var batch = new LossBatch(randn(5, 4).requires_grad_())
        {
            TeacherLogits = randn(5, 4),
            Labels = tensor(new long[] { 0, 1, 2, 3, 0 }),
            Epoch = 1,
            Epochs = 4,
        };
        loss.Compute(batch).Total.backward();
        Assert.True(batch.StudentLogits.grad!.allclose(ClosedForm.Of(loss, batch).Gradient, atol: 1e-6));
    }

    [Fact]
    public void ANetworkJoinsTheCatalogueAndItsCodeTheRecord()
    {
        using (Network(7)) Assert.Equal(5_418, ModelCatalogue.Find("two-layers").Parameters);
        using var counted = ModelCatalogue.Create("two-layers", 10);
        Assert.Equal(5_418, counted.ParameterCount());
        Assert.Equal("two-layers", ModelCatalogue.All[^1].Name);
        var code = new CodeIdentity();
        foreach (var type in new CatalogueNetwork("two-layers").Code) code.Add(type);
        Assert.Contains(code.Lines, line => line.StartsWith("TwoLayers, code", StringComparison.Ordinal));
        Assert.Equal([typeof(Vgg)], new CatalogueNetwork("vgg8").Code);
    }

    private static ImageModel Network(int classes)
    {
        typeof(ModelCatalogue).GetMethod(nameof(ModelCatalogue.Add))!
            .MakeGenericMethod(Own.Value.GetType("TwoLayers")!).Invoke(null, null);
        return ModelCatalogue.Create("two-layers", classes);
    }

    private static T New<T>(string type, params object[] arguments) =>
        (T)Activator.CreateInstance(Own.Value.GetType(type)!, arguments)!;

    private static IEnumerable<string> Blocks() =>
        CSharpBlock().Matches(File.ReadAllText(Path.Combine(TestPaths.Repository, "CONTRIBUTING.md")))
            .Select(match => match.Groups[1].Value);

    private static Assembly Compile(IReadOnlyList<string> sources)
    {
        const string implicitUsings = """
            global using System; global using System.Collections.Generic; global using System.Linq;
            global using System.Threading;
            """;
        var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.CSharp14);
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        using var image = new MemoryStream();
        var result = CSharpCompilation.Create("Own", sources.Append(implicitUsings).Select(
                source => CSharpSyntaxTree.ParseText(source, options)), references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable)).Emit(image);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        image.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(image);
    }

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
