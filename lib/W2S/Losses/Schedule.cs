namespace W2S.Losses;

/// <summary>Weights that depend on the place in the run.</summary>
internal static class Schedule
{
    /// <summary>e / (ρE) while e &lt; ⌊ρE⌋, then 1: the linear warm-up of ggjy/vision_weak_to_strong.</summary>
    public static double Ramp(LossBatch batch, double fraction) => Ramp(batch.Epoch, batch.Epochs, fraction);

    /// <inheritdoc cref="Ramp(LossBatch, double)"/>
    public static double Ramp(double epoch, double epochs, double fraction) =>
        epoch < (int)(epochs * fraction) ? epoch / (epochs * fraction) : 1;
}
