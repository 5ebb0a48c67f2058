using System.Runtime.InteropServices;
using TorchSharp;
using W2S.Torch;

namespace W2S.Training;

/// <summary>Trains a student's representation on few-shot tasks: the meta stage of Meta-Baseline, with a teacher if
/// there is one.</summary>
/// <remarks>
/// Each update draws some tasks from the base classes. The student makes a prototype of each class from the support
/// images and classifies the queries by s·cosine; the loss is computed on those logits. A teacher does the same with
/// prototypes and a scale of its own. Chen et al., "Meta-Baseline", ICCV 2021; distillation as in
/// ggjy/vision_weak_to_strong, where however the teacher's learned scale was left out.
/// </remarks>
public static class EpisodicTrainer
{
    /// <summary>Runs a training from its beginning, or from its newest checkpoint where its folder holds one.</summary>
    /// <param name="run">What, on what, by which loss and teacher, and how.</param>
    /// <param name="progress">Hears of every tenth update and every epoch, on the training thread.</param>
    /// <param name="token">Ends the run after the update under way; a checkpoint is left at the end of each
    /// epoch.</param>
    /// <returns>History and outcome; the student holds the final weights and is in evaluation mode.</returns>
    /// <exception cref="ArgumentException">Parts of the run do not fit together, or a class has too few
    /// images.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device's memory does not suffice.</exception>
    /// <exception cref="TrainingNotFiniteException">A loss or gradient became NaN or infinite.</exception>
    /// <exception cref="CheckpointException">A checkpoint cannot be written or read, or belongs to another
    /// run.</exception>
    public static EpisodicResult Train(EpisodicRun run, IProgress<TrainingProgress>? progress = null,
        CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        run.Check();
        Devices.UseThreads();
        using var scope = torch.NewDisposeScope();
        var generator = torch.get_rng_state();
        try
        {
            using var session = new EpisodicSession(run, progress, token);
            return session.Run();
        }
        catch (ExternalException error) when (OutOfDeviceMemoryException.Is(error))
        {
            var tasks = run.Options.Episodes;
            throw MemoryDiagnosis.For(
                run.Student, run.Images, $"{tasks} tasks of {run.Episode.Images}",
                tasks > 1 ? $"give {tasks / 2} Episodes an update" : null, error, run.Options.Device);
        }
        finally
        {
            torch.set_rng_state(generator);
            run.Student.eval();
        }
    }
}
