using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Tests.Repository;

/// <summary>The library stays one that a newcomer reads whole; <c>tests/code-size</c> prints what is counted
/// here.</summary>
public sealed class CodeSizeTests
{
    // What the library may hold, with the code beside the notebooks but without the programs: to be lowered whenever it
    // has shrunk, until it is 11,500 lines.
    private const int MostLines = 18_765, MostPublicTypes = 201;

    private static readonly string[] Library = ["lib/W2S", "lib/W2S.Charts", "notebooks"];
    private static readonly string[] Others = ["lib/W2S.Sweeps", "lib/W2S.Kernel", "data-scripts", "tests"];

    [Fact]
    public void TheLibraryOnlyShrinks()
    {
        CodeSize[] sizes = [.. Library.Concat(Others).Select(CodeSize.Of)];
        var (lines, types) = (sizes.Take(Library.Length).Sum(size => size.Lines),
            sizes.Take(Library.Length).Sum(size => size.PublicTypes));
        // What goes to Console would be that of a cell that another test runs now.
        HostConsole.Out.WriteLine($"{"",-16}{"files",8}{"lines",8}{"public types",14}");
        foreach (var size in sizes)
            HostConsole.Out.WriteLine($"{size.Folder,-16}{size.Files,8}{size.Lines,8}{size.PublicTypes,14}");
        HostConsole.Out.WriteLine($"{"library",-16}{"",8}{lines,8}{types,14}");
        Assert.True(lines <= MostLines,
            $"the library holds {lines} lines of code, {MostLines} at most; take away what is no longer needed");
        Assert.True(types <= MostPublicTypes,
            $"the library has {types} public types, {MostPublicTypes} at most; make what no page needs internal");
    }

    [Fact]
    public void CommentsAndBlankLinesAreNoCode() => Assert.Equal(8, CodeSize.LinesOf("""""
        /* a comment
           of two lines */
        // another
        /// <summary>Documentation.</summary>
        class A // with a comment behind it
        {
            string path = "lib/*.cs"; /* begins behind code

            and ends before it */ int x;

            string text = """
                // a line of text

                """;
        }
        """""));

    [Fact]
    public void ALongLineCountsAsOftenAsItWouldBeBroken() =>
        Assert.Equal([1, 2, 3], new[] { 120, 121, 241 }.Select(length =>
            CodeSize.LinesOf($"var x = \"{new string('ö', length - 11)}\";")));

    [Fact]
    public void PublicTypesAreThoseThatAnotherProjectCanName() => Assert.Equal(
        ["N.A`0", "N.A`0.B", "N.A`1", "N.D`0"], CodeSize.PublicTypesOf("""
            namespace N;
            public partial class A { public enum B { } enum C { } }
            public partial class A { }
            public record A<T>;
            internal class E { public struct F { } }
            public delegate void D();
            """).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("lib")]
    [InlineData("tests")]
    [InlineData("data-scripts")]
    [InlineData("notebooks")]
    public void NoLineIsOver120Columns(string folder)
    {
        var files = CodeSize.Sources(folder).ToList();
        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(file => File.ReadLines(file)
            .Select((line, at) => (Place: $"{Path.GetRelativePath(RepositoryRoot.Path, file)}:{at + 1}", line.Length))
            .Where(line => line.Length > CodeSize.Columns)));
    }
}
