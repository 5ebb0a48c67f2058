namespace W2S;

/// <summary>Loads libtorch from the library's own folder before anything touches it.</summary>
public static class TorchRuntime
{
}
