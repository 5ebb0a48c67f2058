using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.FSharp;
using W2S.Kernel.Engine.Packages;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>Carries out the lines <c>#r</c>, <c>#i</c> and <c>#load</c> of a piece of C# before it is compiled, and of
/// a piece of F# those that name packages and their sources.</summary>
internal sealed partial class Directives(ReferenceSet references, PackageSet packages)
{
    /// <summary>Carries them out.</summary>
    /// <param name="code">The piece, on the lines that it has in its source.</param>
    /// <param name="source">Where it stands.</param>
    /// <param name="cell">The cell that runs.</param>
    /// <param name="load">Runs a file that <c>#load</c> names.</param>
    /// <param name="extend">Loads the extensions in a package's folder.</param>
    /// <returns>The piece with those lines empty.</returns>
    /// <exception cref="CellFailure">One of them failed.</exception>
    public async Task<string> ApplyAsync(string code, CellSource source, CellContext cell, Func<string, Task> load,
        Func<string, Task> extend)
    {
        if (!Line().IsMatch(code)) return code;
        var root = CSharpSyntaxTree.ParseText(code, CellOptions.Parsing).GetRoot();
        var found = Line().Matches(code).Where(match => Directive(match) is not null).ToList();
        var wanted = new List<PackageRequest>();
        var last = 1;
        foreach (var match in found.Where(match => Directive(match)!.IsActive)) // not left out by an #if
        {
            var line = LineOf(match, code);
            var argument = match.Groups["argument"].Value.Trim();
            var name = match.Groups["name"].Value;
            if (name == "load") await RestoreAsync(); // the file may use what was asked for above it
            try
            {
                if (name == "load")
                {
                    await load(argument);
                }
                else if (PackageRequest.TryParse(argument, out var package))
                {
                    last = line;
                    if (name == "i") packages.AddFeed(package.Id);
                    else wanted.Add(package);
                }
                else if (name == "i")
                {
                    throw new FormatException("#i names a package source: #i \"nuget: https://…/index.json\"");
                }
                else
                {
                    await ReferenceAsync(argument, source.Folder, cell);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw name == "load"
                    ? Imports.Failure(failure, source, line)
                    : CellFailure.At(source, line, "ReferenceError", failure.Message.ReplaceLineEndings(" "));
            }
        }
        await RestoreAsync();
        return Without(found, code);

        // null where the line stands in a string or a comment
        DirectiveTriviaSyntax? Directive(Match match) =>
            root.FindTrivia(match.Groups["name"].Index).GetStructure() as DirectiveTriviaSyntax;

        Task RestoreAsync() => AddAsync(wanted, last, source, cell, extend);
    }

    /// <summary>Carries out the lines of a piece of F# that name packages, so that both languages have the same; the
    /// others are its compiler's.</summary>
    /// <inheritdoc cref="ApplyAsync"/>
    public async Task<string> ApplyToFSharpAsync(string code, CellSource source, CellContext cell,
        Func<string, Task> extend)
    {
        if (!Line().IsMatch(code)) return code;
        var inside = FSharpLexer.LinesInsideText(code.Split('\n')).ToHashSet();
        var (found, wanted, last) = (new List<Match>(), new List<PackageRequest>(), 1);
        foreach (var match in Line().Matches(code).Where(match => !inside.Contains(LineOf(match, code) - 1)))
        {
            try
            {
                if (!PackageRequest.TryParse(match.Groups["argument"].Value.Trim(), out var package)) continue;
                if (match.Groups["name"].Value == "i") packages.AddFeed(package.Id);
                else wanted.Add(package);
            }
            catch (FormatException failure)
            {
                throw CellFailure.At(source, LineOf(match, code), "ReferenceError", failure.Message);
            }
            last = LineOf(match, code);
            found.Add(match);
        }
        await AddAsync(wanted, last, source, cell, extend);
        return Without(found, code);
    }

    private async Task AddAsync(
        List<PackageRequest> wanted, int line, CellSource source, CellContext cell, Func<string, Task> extend)
    {
        try
        {
            if (wanted.Count == 0) return;
            foreach (var extension in await packages.AddAsync(wanted, source.Folder, cell)) await extend(extension);
            wanted.Clear();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw CellFailure.At(source, line, "PackageError", failure.Message.ReplaceLineEndings(" "));
        }
    }

    private async Task ReferenceAsync(string argument, string folder, CellContext cell)
    {
        var path = Path.GetFullPath(argument, folder);
        if (File.Exists(path) && ProjectBuild.IsProject(path)) path = await ProjectBuild.RunAsync(path, cell);
        if (File.Exists(path))
        {
            references.AddWithSiblings(path);
        }
        else if (PlatformAssemblies.Find(argument) is { } known)
        {
            references.AddWithDependencies(known);
        }
        else
        {
            throw new FileNotFoundException($"there is no file '{argument}' in {folder}");
        }
    }

    private static int LineOf(Match match, string code) =>
        code.AsSpan(0, match.Groups["name"].Index).Count('\n') + 1;

    private static string Without(IEnumerable<Match> found, string code) =>
        found.Aggregate(code, (text, match) => Blank(text, match.Index, match.Length));

    private static string Blank(string text, int start, int length) =>
        string.Concat(text.AsSpan(0, start), new string(' ', length), text.AsSpan(start + length));

    [GeneratedRegex("""^[ \t]*#(?<name>r|i|load)[ \t]+"(?<argument>[^"\n]*)"[^\n]*""",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
