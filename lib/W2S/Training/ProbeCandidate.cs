namespace W2S.Training;

/// <summary>A candidate of <see cref="LinearProbeOptions.ChooseL2"/> and what the labels that were held out say of
/// it.</summary>
/// <param name="L2">λ.</param>
/// <param name="Steps">Updates.</param>
/// <param name="CrossEntropy">Mean cross entropy to the held-out labels, in nats.</param>
public sealed record ProbeCandidate(double L2, int Steps, double CrossEntropy);
