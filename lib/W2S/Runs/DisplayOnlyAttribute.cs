namespace W2S.Runs;

/// <summary>Marks a property that decides no number: it takes no part in a record's identity.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DisplayOnlyAttribute : Attribute;
