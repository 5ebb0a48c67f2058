using System.Globalization;
using TorchSharp;
using W2S.Losses;
using static TorchSharp.torch;

namespace W2S.Tests.Losses;

/// <summary>
/// Every loss of the original implementation against its own values, over every JSON file directly in the folder that
/// <c>W2S_GOLDEN</c> names; without it, <c>../shared/golden</c> beside the repository.
/// </summary>
public sealed class GoldenTests
{
    private static readonly Dictionary<string, string> PartNames =
        new() { ["loss_gt"] = "labels", ["loss_kd"] = "teacher", ["loss_align"] = "self" };

    [Theory]
    [InlineData(ScalarType.Float64, 1e-9)]
    [InlineData(ScalarType.Float32, 2e-5)]
    public void LossesEqualTheOriginalImplementation(ScalarType type, double tolerance)
    {
        var named = Environment.GetEnvironmentVariable("W2S_GOLDEN");
        var folder = named ?? Path.Combine(TestPaths.Repository, "..", "shared", "golden");
        Assert.SkipWhen(named is null && !Directory.Exists(folder),
            "no ../shared/golden beside the repository and W2S_GOLDEN not set: no golden values to compare with");

        Assert.True(Directory.Exists(folder), $"W2S_GOLDEN names {folder}, which is no folder");
        var cases = Directory.GetFiles(folder, "*.json").Order()
            .SelectMany(
                file => GoldenCase.Read(file).Select((x, i) => (Where: $"{Path.GetFileName(file)}[{i}]", Case: x)))
                    .ToList();
        Assert.True(cases.Count > 0, $"no golden cases: {folder} holds no JSON file with any");

        var largest = new SortedDictionary<string, double>();
        var failures = cases.SelectMany(
            x => Check(x.Case, type, tolerance, largest).Select(failure => $"{x.Where} {x.Case}: {failure}"))
                .ToList();
        var sizes = largest.Select(x => string.Create(CultureInfo.InvariantCulture, $"{x.Key} {x.Value:0.0e+0}"));
        Console.WriteLine(
            $"Golden: {cases.Count} cases in {type} from {folder}, {failures.Count} differences above {tolerance}; "
            + $"largest {string.Join(", ", sizes)}");
        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    private static IEnumerable<string> Check(GoldenCase golden, ScalarType type, double tolerance,
        SortedDictionary<string, double> largest)
    {
        using var scope = NewDisposeScope();
        using var student = golden.StudentLogits.ToTensor(type).requires_grad_();
        using var teacher = golden.TeacherLogits.ToTensor(type).requires_grad_();
        var parts = golden.ToLoss().Compute(new LossBatch(student)
        {
            TeacherLogits = teacher,
            Labels = tensor(golden.Labels),
            Epoch = golden.Epoch,
            Epochs = golden.Epochs,
        });
        parts.Total.backward();

        var failures = new List<string>();
        Compare("total", [parts.Total.ToDouble()], [golden.Total]);
        Compare("gradient", student.grad!.ToArray(), [.. golden.Grad.SelectMany(x => x)]);
        // A part of weight 0 is computed by the original and left out by the library.
        foreach (var (name, value) in golden.Losses)
            Compare(name,
                [parts.Parts.Where(x => x.Name == PartNames.GetValueOrDefault(name, name)).Sum(
                    x => x.Value.ToDouble())], [value]);
        failures.AddRange(
            parts.Parts.Where(x => !golden.Losses.Keys.Any(name => PartNames.GetValueOrDefault(name, name) == x.Name))
                .Select(x => $"part {x.Name} is not in the reference"));
        if (teacher.grad is not null) failures.Add("the teacher has a gradient");
        return failures;

        void Compare(string what, double[] got, double[] expected)
        {
            var group = what is "total" or "gradient" ? what : "parts";
            largest[group] = Math.Max(largest.GetValueOrDefault(group), Tolerance.Relative(got, expected));
            if (Tolerance.Excess(got, expected, tolerance) is { } excess) failures.Add($"{what} {excess}");
        }
    }
}
