using System.Reflection;
using System.Text.RegularExpressions;
using PublicApiGenerator;

namespace W2S.TestSupport;

/// <summary>What another project can name of an assembly, as a committed file says it.</summary>
internal static partial class PublicApi
{
    private const string Renew = "W2S_RENEW";

    // What keys results has a file of its own, FingerprintTests'.
    private static readonly string[] Unsaid =
        [.. new[] { "Revision", "RunsOn", "Added" }.Select(name => $"W2S.Torch.{name}Attribute")];

    /// <summary>Compares an assembly with its file, or writes that anew where <c>W2S_RENEW</c> is 1.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="folder">The folder of the files, <c>tests/api</c>.</param>
    public static void IsAsWritten(Assembly assembly, string folder)
    {
        var file = Path.Combine(folder, $"{assembly.GetName().Name}.txt");
        var options = new ApiGeneratorOptions { IncludeAssemblyAttributes = false, ExcludeAttributes = Unsaid };
        var now = assembly.GeneratePublicApi(options).ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable(Renew) == "1")
            File.WriteAllText(file, now);
        var written = File.ReadAllText(file).ReplaceLineEndings("\n");
        if (now == written)
            return;
        var (before, after) = (Lines(written), Lines(now));
        Assert.Fail($"the public surface of {assembly.GetName().Name} is another: "
            + string.Join("; ", before.Except(after).Select(line => $"gone: {line}")
                .Concat(after.Except(before).Select(line => $"new: {line}")).DefaultIfEmpty("its order").Take(5))
            + $"; where that is meant, run {Renew}=1 ./w2s test PublicApi and say it in CHANGELOG.md");
    }

    // A member's line does not say whose it is: its type stands before it.
    private static List<string> Lines(string text)
    {
        var type = "";
        return [.. text.Split('\n').Where(line => line.Trim() is not ("{" or "}")).Select(line =>
        {
            if (TypeName().Match(line) is { Success: true } name) type = name.Groups[1].Value;
            return $"{type}: {line.Trim()}";
        })];
    }

    [GeneratedRegex(@"^    public .*?(?:class|struct|interface|enum) (\S+)")]
    private static partial Regex TypeName();
}
