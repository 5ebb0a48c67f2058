using W2S.Training;

namespace W2S.Tests.Training;

/// <summary>Stops a run after a given update, whether or not that update reports or ends an epoch.</summary>
internal static class Cancel
{
    /// <param name="run">Its student is a <see cref="TinyModel"/>.</param>
    /// <param name="update">The last one, counted from the run's beginning.</param>
    /// <param name="from">Where this call goes on.</param>
    public static TrainingResult AfterUpdate(TrainingRun run, long update, long from = 0)
    {
        using var source = new CancellationTokenSource();
        var student = (TinyModel)run.Student;
        var left = update - from;
        student.BeforePass = () =>
        {
            if (--left == 0) source.Cancel();
        };
        try
        {
            return Trainer.Train(run, null, source.Token);
        }
        finally
        {
            student.BeforePass = null;
        }
    }
}
