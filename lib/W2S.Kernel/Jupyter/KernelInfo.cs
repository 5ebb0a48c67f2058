using System.Text.Json;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Jupyter;

/// <summary>What the kernel says about itself.</summary>
internal static class KernelInfo
{
    /// <summary>The kernel's version.</summary>
    public static string Version => About.Version;

    /// <summary>The greeting of terminal clients.</summary>
    public static string Banner { get; } =
        $"W2S.Kernel {Version}: C# 14 on .NET {Environment.Version}. #!lsmagic lists the magics, ?name tells about a "
        + "name.";

    /// <summary>Writes the content of <c>kernel_info_reply</c> after its status.</summary>
    /// <param name="content">Where.</param>
    /// <param name="notice">What became of the kernel before; null for nothing.</param>
    public static void Write(Utf8JsonWriter content, string? notice)
    {
        content.WriteString("protocol_version", WireCodec.ProtocolVersion);
        content.WriteString("implementation", "W2S.Kernel");
        content.WriteString("implementation_version", Version);
        content.WritePropertyName("language_info");
        NotebookMetadata.LanguageInfo().WriteTo(content);
        content.WriteString("banner", notice is null ? Banner : $"{Banner}\n{notice}");
        content.WriteBoolean("debugger", false);
        content.WriteStartArray("help_links");
        content.WriteEndArray();
    }
}
