using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>A loss with parameters of its own, such as projections from the student's features to the
/// teacher's.</summary>
/// <remarks>
/// The trainer calls <see cref="CreateModule"/> once with a first batch, gives the module's parameters to the optimizer
/// beside the student's (and to gradient clipping), saves the module in the checkpoint, and hands it over with every
/// <see cref="LossBatch.Module"/>. The module has no place in the finished student.
/// </remarks>
public interface ILearnableLoss
{
    /// <summary>Makes the learnable part, initialised from torch's generator, on the device and in the dtype of the
    /// student's features.</summary>
    /// <param name="example">A batch with both networks' features, which give the shapes.</param>
    /// <returns>The module, in training mode; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The batch has no features, or shapes that the loss cannot match.</exception>
    nn.Module CreateModule(LossBatch example);
}
