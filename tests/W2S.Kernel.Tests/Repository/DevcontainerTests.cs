using System.Diagnostics;
using System.Text.Json.Nodes;
using NJsonSchema;

namespace W2S.Kernel.Tests.Repository;

public sealed class DevcontainerTests
{
    // What the published schema says of the properties that the file uses, restated; anything else is refused.
    private const string Restated = """
        {
          "type": "object",
          "required": ["name", "build"],
          "additionalProperties": false,
          "properties": {
            "name": { "type": "string" },
            "build": {
              "type": "object", "required": ["dockerfile"], "additionalProperties": false,
              "properties": { "dockerfile": { "type": "string" } }
            },
            "remoteUser": { "type": "string" },
            "hostRequirements": {
              "type": "object", "additionalProperties": false,
              "properties": {
                "cpus": { "type": "integer", "minimum": 1 },
                "memory": { "type": "string", "pattern": "^\\d+([tgmk]b)?$" },
                "storage": { "type": "string", "pattern": "^\\d+([tgmk]b)?$" },
                "gpu": { "enum": [true, false, "optional"] }
              }
            },
            "updateContentCommand": { "type": "string" },
            "postCreateCommand": { "type": "string" },
            "customizations": { "type": "object" }
          }
        }
        """;

    private static string Text => File.ReadAllText(RepositoryRoot.Combine(".devcontainer", "devcontainer.json"));

    [Fact]
    public async Task FitsTheSchemaAsRestated()
    {
        var schema = await JsonSchema.FromJsonAsync(Restated, TestContext.Current.CancellationToken);

        Assert.Empty(schema.Validate(Text));
        Assert.NotEmpty(schema.Validate(Text.Replace("\"optional\"", "\"maybe\"")));
        Assert.NotEmpty(schema.Validate(Text.Replace("\"name\"", "\"nane\"")));
    }

    // The published schema is of draft 2019-09, which no .NET package at hand reads; Python's jsonschema does.
    [Fact]
    public async Task FitsThePublishedSchema()
    {
        var schema = Environment.GetEnvironmentVariable("W2S_DEVCONTAINER_SCHEMA");
        Assert.SkipWhen(schema is null,
            "name the published devContainer.base.schema.json in W2S_DEVCONTAINER_SCHEMA to check against it");
        using var python = Process.Start(new ProcessStartInfo("python3")
        {
            ArgumentList = { "-m", "jsonschema", "-i", RepositoryRoot.Combine(".devcontainer", "devcontainer.json"),
                schema! },
            RedirectStandardError = true,
        })!;
        var complaints = await python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await python.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(python.ExitCode == 0, complaints);
    }

    [Fact]
    public void NamesFilesThatExist()
    {
        var json = JsonNode.Parse(Text)!;

        Assert.True(File.Exists(RepositoryRoot.Combine(".devcontainer", (string)json["build"]!["dockerfile"]!)));
        foreach (var open in json["customizations"]!["codespaces"]!["openFiles"]!.AsArray())
        {
            Assert.True(File.Exists(RepositoryRoot.Combine((string)open!)), $"{open} is missing");
        }
        foreach (var command in new[] { "updateContentCommand", "postCreateCommand" })
        {
            Assert.StartsWith("./w2s ", (string)json[command]!);
        }
    }
}
