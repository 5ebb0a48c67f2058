using W2S.Training;

namespace W2S.Tests.Training;

/// <summary>A token that is cancelled after a given update, whether or not that update reports.</summary>
internal static class Cancel
{
    public static (IProgress<TrainingProgress>?, CancellationToken) At(long step) => (null, default);
}
