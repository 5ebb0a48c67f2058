namespace W2S.DataScripts;

/// <summary>Something that ends the fetching of a set, said in one line.</summary>
public sealed class FetchException(string message) : Exception(message);
