using W2S.Data;

namespace W2S.Experiments;

/// <summary>A set of images, described so that it can stand in an experiment's record and be read when the run is made;
/// implemented by records alone.</summary>
public interface IImageSource
{
    /// <summary>What charts and tables call the set.</summary>
    string Title { get; }

    /// <summary>Reads or draws the set.</summary>
    /// <returns>The images; the caller disposes them.</returns>
    /// <exception cref="DirectoryNotFoundException">The data is not there; the message names the command that fetches
    /// it.</exception>
    ImageSet Read();
}
