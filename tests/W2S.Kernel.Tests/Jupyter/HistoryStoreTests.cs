using W2S.Kernel.Jupyter;

namespace W2S.Kernel.Tests.Jupyter;

public sealed class HistoryStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("w2s-history-").FullName;
    private readonly KernelLog log = new(new MemoryStream());

    private string Path => System.IO.Path.Combine(folder, "sub", "history.jsonl");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Run(params string[] cells)
    {
        using var store = new HistoryStore(Path, log);
        for (var i = 0; i < cells.Length; i++)
            store.Add(i + 1, cells[i], cells[i] == "quiet" ? null : $"={cells[i]}");
    }

    [Fact]
    public void RunsFollowEachOther()
    {
        Run("a", "b\nb", "quiet");
        Run();
        using var store = new HistoryStore(Path, log);
        store.Add(1, "c", "=c");
        Assert.Equal([new(1, 2, "b\nb", "=b\nb"), new(1, 3, "quiet", null), new(3, 1, "c", "=c")], store.Tail(3));
        Assert.Equal(["c"], store.Range(0, 1, null).Select(entry => entry.Input));
        Assert.Equal(["b\nb"], store.Range(1, 2, 3).Select(entry => entry.Input));
        Assert.Equal(["a", "b\nb", "quiet"], store.Range(-2, null, null).Select(entry => entry.Input));
        Assert.Empty(store.Tail(0));
    }

    [Fact]
    public void SearchKnowsStarsAndUniqueness()
    {
        Run("int x = 1;", "x + 1", "int x = 1;", "y");
        using var store = new HistoryStore(Path, log);
        Assert.Equal([1, 3], store.Search("int*", null, unique: false).Select(entry => entry.Line));
        Assert.Equal([3], store.Search("int*", null, unique: true).Select(entry => entry.Line));
        Assert.Equal([3, 4], store.Search("*", 2, unique: false).Select(entry => entry.Line));
        Assert.Equal([2], store.Search("x ? 1", null, unique: false).Select(entry => entry.Line));
    }

    [Fact]
    public void DamagedLinesArePassedOver()
    {
        Run("a");
        File.AppendAllText(Path, "{half\n[1]\n[\"x\",1,\"y\",null]\n\n");
        Run("b");
        using var store = new HistoryStore(Path, log);
        Assert.Equal(["a", "b"], store.Tail(10).Select(entry => entry.Input));
        Assert.Equal(0, log.Count);
    }

    [Fact]
    public void TwoKernelsOfAFolderDoNotLoseCells()
    {
        using (var one = new HistoryStore(Path, log))
        using (var two = new HistoryStore(Path, log))
        {
            for (var i = 1; i <= 50; i++)
            {
                one.Add(i, $"one {i}", null);
                two.Add(i, $"two {i}", null);
            }
        }
        using var store = new HistoryStore(Path, log);
        Assert.Equal(100, store.Tail(1000).Count);
        Assert.Equal(50, store.Range(1, null, null).Count);
        Assert.Equal(50, store.Range(2, null, null).Count);
    }

    [Fact]
    public void AFileThatCannotBeKeptIsNamedOnce()
    {
        File.WriteAllText(System.IO.Path.Combine(folder, "sub"), "a file where a folder is wanted");
        using var store = new HistoryStore(Path, log);
        store.Add(1, "a", null);
        Assert.Equal(["a"], store.Tail(1).Select(entry => entry.Input));
        Assert.InRange(log.Count, 1, 2);
    }

    [Fact]
    public void AnOverlongFileLosesItsOlderHalf()
    {
        Run([.. Enumerable.Range(0, 100).Select(i => $"cell {i}")]);
        using (new HistoryStore(Path, log, largest: 1000))
        {
            // Opening drops.
        }
        using var store = new HistoryStore(Path, log);
        Assert.Equal(50, store.Tail(1000).Count);
        Assert.Equal("cell 99", store.Tail(1)[0].Input);
        Assert.Equal("cell 50", store.Range(1, null, null)[0].Input);
    }
}
