namespace W2S.Kernel.Jupyter;

/// <summary>The kernel cannot start or be installed as asked; the message says why and what to do.</summary>
/// <param name="message">One line for the reader.</param>
public sealed class KernelRefusedException(string message) : Exception(message);
