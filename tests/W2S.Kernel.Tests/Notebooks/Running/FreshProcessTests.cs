using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Tests.Notebooks.Running;

/// <summary>
/// The same cells, the same result, in every new process: there the warm-up, the first cells and whatever else compiles
/// meet references that nobody has bound before. Four at a time, so that their threads are held up at other places.
/// </summary>
[Collection(nameof(Engine.Alone))]
public sealed class FreshProcessTests : IDisposable
{
    private const int AtATime = 4;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public Task ATypeOfAnEarlierCellTakesTheRuntimesTypes() => AllSucceedAsync(
        "public class Reading { public Reading(DateTime at, decimal value, TimeSpan span) { } }",
        "public class Log { public void Write() { var one = new Reading(DateTime.UtcNow, 1m, TimeSpan.Zero); } }",
        "var reading = new Reading(DateTime.UtcNow, 1m, TimeSpan.Zero); reading.GetType().Name",
        "new Log().Write(); reading = new Reading(DateTime.UtcNow, 2m, "
        + "TimeSpan.FromDays(1));\nreading.GetType().Name.Display();");

    [Fact]
    public Task ATypeOverALibraryOwnsWhatItMakes() => AllSucceedAsync(
        $"#r \"{Engine.LibraryFolder.Dll("W2S")}\"\nusing TorchSharp;\nusing static TorchSharp.torch;",
        """
        class Doubled : nn.Module<Tensor, Tensor>
        {
            public Doubled() : base("doubled") { }
            public override Tensor forward(Tensor x) { using var twice = x + x; return twice.sqrt(); }
        }
        """,
        "Doubled Make(IDisposable owner, IEnumerable<long> shape) => null;",
        "3.Display(); Make(null, new long[] { 2, 2 })");

    private async Task AllSucceedAsync(params string[] cells)
    {
        folder.File("n.ipynb", NotebookFile.Text([.. cells.Select(cell => NotebookFile.Code(cell))]));
        var failures = new List<string>();
        var runs = LongProofs.Rounds(sample: 20, whole: 80);
        await Parallel.ForAsync(0, runs, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (number, _) =>
        {
            using var run = new RunningNotebook(folder.Path, "n.ipynb", "--out", $"{number}.ipynb");
            if (await run.EndAsync() == 0) return;
            lock (failures) failures.Add($"run {number}: {run.Errors}");
        });
        Assert.True(failures.Count == 0, $"{failures.Count} of {runs} runs failed:\n{string.Join('\n', failures)}");
        for (var number = 0; number < runs; number++)
            Assert.Equal(cells.Length, Notebook.Read(folder.File($"{number}.ipynb")).Cells.Count);
    }
}
