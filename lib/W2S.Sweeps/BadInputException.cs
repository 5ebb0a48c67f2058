namespace W2S.Sweeps;

/// <summary>What was asked for cannot be done as it stands; the message says what would.</summary>
internal sealed class BadInputException(string message) : Exception(message);
