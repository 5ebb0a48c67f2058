namespace W2S.Losses;

/// <summary>A loss that at times looks at what the student says of the plain images, without augmentation or
/// mixing.</summary>
public interface IPlainImageLoss
{
    /// <summary>Whether the loss wants <see cref="LossBatch.PlainLogits"/> now; asked before every step, because they
    /// cost a forward pass.</summary>
    /// <param name="epoch">Epochs finished, from 0, fractions allowed.</param>
    /// <param name="epochs">Epochs in all.</param>
    /// <returns>True where the trainer shall compute them: in evaluation mode and without gradient.</returns>
    bool NeedsPlain(double epoch, double epochs);
}
