namespace W2S.Data;

/// <summary>The two parts in which a benchmark set is published.</summary>
public enum DataSplit
{
    /// <summary>The images to learn from.</summary>
    Train,

    /// <summary>The images to judge by.</summary>
    Test,
}

/// <summary>Which of its two labels names a CIFAR-100 image.</summary>
public enum Cifar100Labels
{
    /// <summary>One of 100 classes.</summary>
    Fine,

    /// <summary>One of 20 super-classes of five classes each.</summary>
    Coarse,
}
