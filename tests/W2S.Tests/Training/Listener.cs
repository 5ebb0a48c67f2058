using W2S.Training;

namespace W2S.Tests.Training;

/// <summary>Hears of progress on the reporting thread; <see cref="Progress{T}"/> would answer later and
/// elsewhere.</summary>
internal sealed class Listener(Action<TrainingProgress> hear) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => hear(value);
}
