using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.Text;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.CSharp;

namespace W2S.Kernel.Engine.Editing;

/// <summary>The session's C# as an editor sees it: one project for each piece that ran, each on top of the one
/// before.</summary>
internal sealed class EditorWorkspace(ReferenceSet references, Namespaces namespaces) : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<string> ran = [];
    private AdhocWorkspace? workspace;
    private ImmutableArray<MetadataReference> bound;
    private ProjectId? latest;
    private int mirrored;

    /// <summary>Notes a piece that ran; costs nothing until an editor asks.</summary>
    public void Add(string code)
    {
        lock (gate) ran.Add(code);
    }

    /// <summary>A document with the code being edited, bound to its references.</summary>
    public async Task<Document> OpenAsync(string code, CancellationToken stop)
    {
        Solution pieces;
        ProjectInfo edited;
        ProjectId? under;
        lock (gate)
        {
            Mirror();
            pieces = workspace!.CurrentSolution;
            under = latest;
            edited = Project(code);
        }
        // first what ran, as part of the workspace, which keeps it for the next time
        if (under is not null) await ReferenceBinding.BindAsync(pieces.GetProject(under)!, stop).ConfigureAwait(false);
        var document = pieces.AddProject(edited).GetDocument(edited.Documents[0].Id)!;
        await ReferenceBinding.BindAsync(document.Project, stop).ConfigureAwait(false);
        return document;
    }

    /// <inheritdoc/>
    public void Dispose() => workspace?.Dispose();

    // The first piece refers to all that the newest one does: they share its symbols.
    private void Mirror()
    {
        if (bound != references.References)
        {
            bound = references.References;
            workspace?.ClearSolution();
            latest = null;
            mirrored = 0;
        }
        workspace ??= new AdhocWorkspace(MefHostServices.DefaultHost);
        for (; mirrored < ran.Count; mirrored++)
        {
            var project = Project(ran[mirrored]);
            workspace.AddProject(project);
            latest = project.Id;
        }
    }

    private ProjectInfo Project(string code)
    {
        var id = ProjectId.CreateNewId();
        var document = DocumentInfo.Create(
            DocumentId.CreateNewId(id), "cell.csx", sourceCodeKind: SourceCodeKind.Script,
            loader: TextLoader.From(TextAndVersion.Create(
                SourceText.From(UsingDeclarations.Blank(namespaces.Flatten(code))), VersionStamp.Create())));
        return ProjectInfo.Create(
            id, VersionStamp.Create(), $"cell{ran.Count}-{id.Id:N}", $"cell{ran.Count}-{id.Id:N}", LanguageNames.CSharp,
            parseOptions: CellOptions.Parsing.WithDocumentationMode(DocumentationMode.Parse),
            compilationOptions: CellOptions.Compiling(latest is null, "Edited"),
            documents: [document],
            projectReferences: latest is null ? null : [new ProjectReference(latest)],
            metadataReferences: latest is null ? bound : [], // those above know what those below refer to
            isSubmission: true,
            hostObjectType: null);
    }
}
