using System.Collections.Concurrent;

namespace W2S.Kernel.Jupyter;

/// <summary>Asks a client for a line of text on the stdin channel.</summary>
/// <param name="publisher">Sends the question.</param>
internal sealed class InputRequests(Publisher publisher)
{
    private const string EndOfInput = "\u0004";

    private readonly BlockingCollection<IncomingMessage> answers = [];

    /// <summary>Takes an answer.</summary>
    /// <param name="message">What came on the stdin channel.</param>
    public void Receive(IncomingMessage message)
    {
        if (message.Header.Type == "input_reply")
            answers.Add(message);
    }

    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="request">The request that runs the cell.</param>
    /// <param name="prompt">What to ask.</param>
    /// <param name="password">True to hide what is typed.</param>
    /// <param name="interrupt">Gives up.</param>
    /// <returns>The line; null at the end of input.</returns>
    /// <exception cref="OperationCanceledException">The reader stopped the cell.</exception>
    public string? Ask(IncomingMessage request, string prompt, bool password, CancellationToken interrupt)
    {
        while (answers.TryTake(out _))
        {
            // An answer to a question that was given up.
        }
        publisher.Send(KernelChannel.Stdin, request, "input_request", content =>
        {
            content.WriteString("prompt", prompt);
            content.WriteBoolean("password", password);
        });
        var answer = answers.Take(interrupt).Text("value");
        return answer == EndOfInput ? null : answer;
    }
}
