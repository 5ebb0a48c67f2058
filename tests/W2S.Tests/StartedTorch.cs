using System.Runtime.CompilerServices;
using W2S.Torch;

namespace W2S.Tests;

/// <summary>What a notebook's setup cell does: the tests run with the process's settings made.</summary>
internal static class StartedTorch
{
    [ModuleInitializer]
    internal static void Start() => TorchRuntime.Start();
}
