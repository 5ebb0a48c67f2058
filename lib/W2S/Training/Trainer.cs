using System.Runtime.InteropServices;
using TorchSharp;
using W2S.Torch;

namespace W2S.Training;

/// <summary>Trains a student.</summary>
public static class Trainer
{
    /// <summary>Runs a training from its beginning, or from its newest checkpoint where its folder holds one.</summary>
    /// <param name="run">What, on what, by which loss and teacher, and how.</param>
    /// <param name="progress">Hears of every report, on the training thread.</param>
    /// <param name="token">Ends the run after the step under way; a checkpoint is left and the history so far
    /// returned.</param>
    /// <returns>History and outcome; the student holds the final weights and is in evaluation mode.</returns>
    /// <exception cref="ArgumentException">Parts of the run do not fit together.</exception>
    /// <exception cref="NotFiniteException">A loss or gradient became NaN or infinite.</exception>
    /// <exception cref="InsufficientMemoryException">The device's memory does not suffice.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written or read, or belongs to another run.</exception>
    /// <remarks>
    /// Chance is a pure function of seeds and positions: views of (seed, view, image), order of (seed, epoch), dropout
    /// of (seed, step). On one machine with one number of threads a run gives the same bits whether it was interrupted
    /// or not.
    /// </remarks>
    public static TrainingResult Train(TrainingRun run, IProgress<TrainingProgress>? progress = null,
        CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        run.Check();
        using var threads = Devices.Threads(run.Options.Threads);
        using var scope = torch.NewDisposeScope(); // reading the generator leaves more than one wrapper
        var generator = torch.get_rng_state();
        try
        {
            using var session = new TrainingSession(run, progress, token);
            return session.Run();
        }
        catch (ExternalException error) when (MemoryDiagnosis.RanOut(error))
        {
            throw MemoryDiagnosis.For(run, error);
        }
        finally
        {
            torch.set_rng_state(generator);
            run.Student.eval();
        }
    }
}
