using System.Security;
using System.Text;
using W2S.Kernel.Engine.Assemblies;

namespace W2S.Kernel.Engine.Packages;

/// <summary>The project whose restore fetches a set of packages.</summary>
internal static class PackageProject
{
    /// <summary>The project's text; equal sets in equal surroundings have equal texts.</summary>
    public static string Text(IReadOnlyList<PackageRequest> packages, IReadOnlyList<string> feeds, string folder)
    {
        var configurations = Configurations(folder).ToList();
        var root = configurations.Count > 0 ? folder : ""; // the user's own count in any case
        var text = new StringBuilder();
        text.AppendLine($"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net{Environment.Version.Major}.0</TargetFramework>
                <RuntimeIdentifier>{RuntimeIdentifiers.Portable}</RuntimeIdentifier>
                <SelfContained>false</SelfContained>
                <UseAppHost>false</UseAppHost>
                <RestoreRootConfigDirectory>{Escape(root)}</RestoreRootConfigDirectory>
                <RestoreAdditionalProjectSources>{Escape(string.Join(';', feeds))}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
            """);
        foreach (var package in packages.OrderBy(package => package.Id, StringComparer.OrdinalIgnoreCase))
        {
            text.AppendLine(
                $"    <PackageReference Include=\"{Escape(package.Id)}\" Version=\"{Escape(package.Version ?? "*")}\" "
                + "/>");
        }
        text.AppendLine("  </ItemGroup>").AppendLine("</Project>");
        foreach (var config in configurations)
            text.AppendLine($"<!-- {Escape(config)} {File.GetLastWriteTimeUtc(config).Ticks} -->");
        return text.ToString();
    }

    /// <summary>Writes the project, shielded from whatever build files lie in the folders above.</summary>
    public static void Write(string home, string text)
    {
        Directory.CreateDirectory(home);
        foreach (var shield in (string[])["Directory.Build.props", "Directory.Build.targets",
            "Directory.Packages.props"])
        {
            File.WriteAllText(Path.Combine(home, shield), "<Project />\n");
        }
        File.WriteAllText(Path.Combine(home, "packages.csproj"), text);
    }

    private static IEnumerable<string> Configurations(string folder)
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            foreach (var name in (string[])["nuget.config", "NuGet.config", "NuGet.Config"])
            {
                if (File.Exists(Path.Combine(at, name)))
                {
                    yield return Path.Combine(at, name);
                    break;
                }
            }
        }
    }

    private static string Escape(string text) => SecurityElement.Escape(text);
}
