namespace W2S.Kernel.Jupyter;

/// <summary>A channel between kernel and clients.</summary>
internal enum KernelChannel
{
    /// <summary>Requests that wait for each other.</summary>
    Shell,

    /// <summary>Requests that do not wait: interrupt, shutdown.</summary>
    Control,

    /// <summary>The kernel asks for a line of text, a client answers.</summary>
    Stdin,

    /// <summary>Outputs and states, broadcast.</summary>
    IoPub,
}

/// <summary>Takes messages on their way out.</summary>
internal interface IMessageSink
{
    /// <summary>Sends a message; returns at once. Messages of one channel leave in the order of the calls.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="frames">The ZeroMQ frames.</param>
    void Send(KernelChannel channel, byte[][] frames);
}
