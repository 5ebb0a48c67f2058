namespace W2S.Training;

/// <summary>A loss, gradient or weight became NaN or infinite; the message says what, at which step, and what to
/// try.</summary>
/// <param name="message">The message.</param>
public class NotFiniteException(string message) : ArithmeticException(message);
