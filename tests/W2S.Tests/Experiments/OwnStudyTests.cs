using System.Diagnostics;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SkiaSharp;
using W2S.Data.Shapes;
using W2S.Runs;
using W2S.Tests.Data;

namespace W2S.Tests.Experiments;

/// <summary>The program of the README: a folder of images, networks and a loss of one's own.</summary>
[Collection(ProcessWide.Name)]
public sealed class OwnStudyTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string Program = ReadProgram();
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ItHasAtMostFifteenStatements()
    {
        var script = CSharpSyntaxTree.ParseText(Program, new CSharpParseOptions(kind: Microsoft.CodeAnalysis.SourceCodeKind.Script),
            cancellationToken: TestContext.Current.CancellationToken).GetRoot();
        var statements = script.DescendantNodes(node => node is not TypeDeclarationSyntax)
            .Count(node => node is StatementSyntax or FieldDeclarationSyntax);

        Assert.InRange(statements, 1, 15);
    }

    [Fact]
    public void KilledAtRandomMomentsItEndsWithTheBitsOfTheUndisturbedOne()
    {
        DrawImages(folder.At("my-images"));
        File.WriteAllText(folder.At("own.csx"), Program);
        var said = Finish("undisturbed");
        var expected = Numbers("undisturbed");
        Assert.Equal(15, expected.Count); // teacher, few labels, two students, ceiling; three seeds
        Assert.Contains("AdaptConf, teacher only: performance gap recovered", said, StringComparison.Ordinal);
        Assert.Contains("Brier, teacher only: performance gap recovered", said, StringComparison.Ordinal);

        var (random, kills) = (new Random(14), 0);
        for (var most = 8; kills < 3 && most > 0; most--)
        {
            using var process = Start("killed");
            var before = Results("killed").Length;
            SpinWait.SpinUntil(() => process.HasExited || Results("killed").Length > before || Checkpoints("killed") > 0);
            Thread.Sleep(random.Next(1_500));
            if (process.HasExited) break;
            process.Kill(); // SIGKILL
            process.WaitForExit();
            kills++;
            output.WriteLine($"killed with {Results("killed").Length} of {expected.Count} runs finished");
        }
        Finish("killed");

        Assert.True(kills > 0, "the program ended before it could be killed");
        Assert.Equal(expected, Numbers("killed"));
    }

    // Everything that the runs measured and the sums of the files that they kept, by hash.
    private SortedDictionary<string, string> Numbers(string store) => new(new RunStore(folder.At(store)).All().ToDictionary(
        run => run.Hash,
        run => string.Join(' ', [.. run.Outcome.Values.Select(value => $"{value.Key} {value.Value:R}"),
            .. run.Files.Select(file => $"{file.Key} {file.Value}")])), StringComparer.Ordinal);

    private string[] Results(string store) => Directory.Exists(folder.At(store))
        ? Directory.GetFiles(folder.At(store), "result.json", SearchOption.AllDirectories) : [];

    private int Checkpoints(string store) => Directory.Exists(folder.At(store))
        ? Directory.GetDirectories(folder.At(store), "step-*", SearchOption.AllDirectories).Length : 0;

    private string Finish(string store)
    {
        using var process = Start(store);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{text}\n{error.Result}");
        return text;
    }

    private Process Start(string store)
    {
        var library = Path.Combine(TestPaths.Repository, "notebooks", "library.csx");
        var kernel = Path.Combine(TestPaths.Repository, "lib", "W2S.Kernel", "bin", "W2S.Kernel.dll");
        Assert.True(File.Exists(kernel), $"{kernel} is not there; build the solution");
        var start = new ProcessStartInfo("dotnet", [kernel, "script", library, folder.At("own.csx")])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[RunStore.Variable] = folder.At(store);
        return Process.Start(start)!;
    }

    private static void DrawImages(string folder)
    {
        using var set = ShapeImages.Create(new ShapesOptions { Count = 480, Forms = 4, Labels = ShapeLabels.Form }, 3);
        var planes = set.Images.data<byte>().ToArray();
        const int pixels = ShapeImages.Side * ShapeImages.Side;
        for (var i = 0; i < set.Count; i++)
        {
            using var bitmap = new SKBitmap(ShapeImages.Side, ShapeImages.Side);
            for (var at = 0; at < pixels; at++)
            {
                byte Plane(int channel) => planes[(3 * i + channel) * pixels + at];
                bitmap.SetPixel(at % ShapeImages.Side, at / ShapeImages.Side, new SKColor(Plane(0), Plane(1), Plane(2)));
            }
            var own = Directory.CreateDirectory(Path.Combine(folder, set.ClassNames[(int)set.Labels[i]])).FullName;
            using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(Path.Combine(own, $"{i:000}.png"), png.ToArray());
        }
    }

    private static string ReadProgram()
    {
        var readme = File.ReadAllText(Path.Combine(TestPaths.Repository, "README.md"));
        const string fence = "```csharp\n";
        var from = readme.IndexOf(fence, StringComparison.Ordinal) + fence.Length;
        return readme[from..readme.IndexOf("```", from, StringComparison.Ordinal)];
    }
}
