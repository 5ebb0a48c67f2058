using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using W2S.Kernel.Tests.Notebooks;
using W2S.Kernel.Tests.Notebooks.Running;
using W2S.Kernel.Tests.Repository;

namespace W2S.Kernel.Tests.Scripts;

/// <summary>The script that turns the runtime's list of what it compiled into crossgen2's profile.</summary>
public sealed class ProfileTests : IDisposable
{
    private static readonly string Script = RepositoryRoot.Combine("lib/W2S.Kernel/AheadOfTime/profile.csx");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task AProfileHoldsTheGenericMethodsOfTheListThatThereAre()
    {
        var (list, profile) = (Path.Combine(folder.Path, "list.txt"), Path.Combine(folder.Path, "profile.mibc"));
        string[] compiled =
        [
            "System.Collections.Generic.List`1[System.Guid]:Clear()",
            "System.Collections.Generic.Dictionary`2[int,System.Guid[]]:.cctor()",
            "System.Collections.Generic.Dictionary`2[int,System.Guid[]]:.ctor(int)",
            "System.Array:Empty[System.ValueTuple`2[System.__Canon,long]]()",
            "Submission1+<<Initialize>>d__0:MoveNext()",
            "System.Collections.Generic.List`1[Gone.Type]:Clear()",
            "System.Object[,]:IL_STUB_Array_Set(int,int,System.Object)",
        ];
        File.WriteAllLines(list, [.. compiled.Select((method, i) =>
            $"{i,4}: JIT compiled {method} [Tier0, IL size=1, code size=2]"), ""]);

        using var run = RunningNotebook.Script(folder.Path, Script, "--", list, profile);

        Assert.Equal(0, await run.EndAsync());
        using var file = new PEReader(File.OpenRead(profile));
        var metadata = file.GetMetadataReader();
        var members = metadata.MemberReferences.Select(handle => metadata.GetMemberReference(handle))
            .Select(member => metadata.GetString(member.Name)).Order(StringComparer.Ordinal).ToArray();
        // every overload, also of the constructor; a class without a static one has none
        Assert.Equal(
            typeof(Dictionary<int, Guid[]>).GetConstructors(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length,
            members.Count(name => name == ".ctor"));
        Assert.Equal(["Clear", "Empty"], members.Except([".ctor", ".cctor"]));
        Assert.Equal(["AssemblyDictionary", "Methods"], metadata.MethodDefinitions.Select(
            handle => metadata.GetString(metadata.GetMethodDefinition(handle).Name)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WithoutItsFilesItSaysWhatItWants()
    {
        using var run = RunningNotebook.Script(folder.Path, Script);

        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("give the list and the profile", run.Errors);
    }
}
