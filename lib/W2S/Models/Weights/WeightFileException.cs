namespace W2S.Models.Weights;

/// <summary>A weight file cannot be read, or does not fit the network; the message names the file and what is
/// wrong.</summary>
/// <param name="message">What is wrong, where, and what to do.</param>
/// <param name="inner">What caused it, where that tells more.</param>
public sealed class WeightFileException(string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>The same with the file's name in front.</summary>
    internal WeightFileException In(string file) => new($"{file}: {Message}", this);
}
