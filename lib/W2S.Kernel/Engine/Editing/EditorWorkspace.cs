using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.Text;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Engine.CSharp;

namespace W2S.Kernel.Engine.Editing;

/// <summary>The session's C# as an editor sees it: one project for each piece that ran, each on top of the one before.</summary>
internal sealed class EditorWorkspace(ReferenceSet references) : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<(string Code, IReadOnlyList<MetadataReference> References)> ran = [];
    private AdhocWorkspace? workspace;
    private ProjectId? latest;
    private int mirrored;

    /// <summary>Notes a piece that ran; costs nothing until an editor asks.</summary>
    public void Add(string code)
    {
        lock (gate) ran.Add((code, references.References));
    }

    /// <summary>A document with the code being edited.</summary>
    public Document Open(string code)
    {
        lock (gate)
        {
            workspace ??= new AdhocWorkspace(MefHostServices.DefaultHost);
            for (; mirrored < ran.Count; mirrored++)
            {
                var project = Project(ran[mirrored].Code, ran[mirrored].References, mirrored == 0);
                workspace.AddProject(project);
                latest = project.Id;
            }
            var edited = Project(code, references.References, latest is null);
            return workspace.CurrentSolution.AddProject(edited).GetDocument(edited.Documents[0].Id)!;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => workspace?.Dispose();

    private ProjectInfo Project(string code, IReadOnlyList<MetadataReference> metadata, bool first)
    {
        var id = ProjectId.CreateNewId();
        var document = DocumentInfo.Create(
            DocumentId.CreateNewId(id), "cell.csx", sourceCodeKind: SourceCodeKind.Script,
            loader: TextLoader.From(TextAndVersion.Create(
                SourceText.From(UsingDeclarations.Blank(code)), VersionStamp.Create())));
        return ProjectInfo.Create(
            id, VersionStamp.Create(), $"cell{ran.Count}-{id.Id:N}", $"cell{ran.Count}-{id.Id:N}", LanguageNames.CSharp,
            parseOptions: SubmissionCompiler.ParseOptions.WithDocumentationMode(DocumentationMode.Parse),
            compilationOptions: SubmissionCompiler.Options(first, "Edited"),
            documents: [document],
            projectReferences: latest is null ? null : [new ProjectReference(latest)],
            metadataReferences: metadata,
            isSubmission: true,
            hostObjectType: null);
    }
}
