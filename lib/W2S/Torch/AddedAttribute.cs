namespace W2S.Torch;

/// <summary>Marks an option that came after results had been made: while it has its type's default value (null, 0,
/// false) it takes no part in what identifies a record, so that those results stay its own.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AddedAttribute : Attribute;
