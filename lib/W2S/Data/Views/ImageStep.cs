namespace W2S.Data.Views;

/// <summary>What can be done to an image of bytes; the amounts are those of <see cref="ImageStep"/>.</summary>
public enum ImageOperation
{
    /// <summary>Nothing.</summary>
    Identity,

    /// <summary>Amount: factor, 0 black, 1 unchanged.</summary>
    Brightness,

    /// <summary>Amount: factor, 0 the mean grey, 1 unchanged.</summary>
    Contrast,

    /// <summary>Amount: factor, 0 grey, 1 unchanged.</summary>
    Saturation,

    /// <summary>Amount: share of the colour circle, −½ … ½.</summary>
    Hue,

    /// <summary>Amount: factor, 0 smoothed, 1 unchanged.</summary>
    Sharpness,

    /// <summary>Amount: bits kept of each value, 0 … 8.</summary>
    Posterize,

    /// <summary>Amount: values from here on are inverted.</summary>
    Solarize,

    /// <summary>Each channel stretched to 0 … 255.</summary>
    AutoContrast,

    /// <summary>Each channel's histogram made even.</summary>
    Equalize,

    /// <summary>255 − value.</summary>
    Invert,

    /// <summary>Amount m: the value at (x, y) comes from (x + m·y, y).</summary>
    ShearX,

    /// <summary>Amount m: the value at (x, y) comes from (x, y + m·x).</summary>
    ShearY,

    /// <summary>Amount: pixels to the right, cut to a whole number.</summary>
    TranslateX,

    /// <summary>Amount: pixels downwards, cut to a whole number.</summary>
    TranslateY,

    /// <summary>Amount: degrees counter-clockwise about the middle.</summary>
    Rotate,
}

/// <summary>One operation with its amount.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="Amount">How much; see the operation.</param>
public readonly record struct ImageStep(ImageOperation Operation, double Amount);
