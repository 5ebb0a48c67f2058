namespace W2S.Losses;

/// <summary>Weights that depend on the place in the run.</summary>
internal static class Schedule
{
    /// <summary>e / (ρE) while e &lt; ⌊ρE⌋, then 1: the linear warm-up of ggjy/vision_weak_to_strong.</summary>
    public static double Ramp(LossBatch batch, double fraction) =>
        batch.Epoch < (int)(batch.Epochs * fraction) ? batch.Epoch / (batch.Epochs * fraction) : 1;
}
