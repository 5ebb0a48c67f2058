using W2S.Data.Noise;
using W2S.Models;

namespace W2S.Data.Sources;

/// <summary>One part of CIFAR-100, from the data folder.</summary>
/// <param name="Part">Which part.</param>
/// <param name="Labels">Which of its labels.</param>
public sealed record Cifar100Source(DataSplit Part, Cifar100Labels Labels = Cifar100Labels.Fine) : DataSource
{
    /// <summary>Whether the fine classes are those that one person each named, CIFAR-100N: for the training part
    /// alone.</summary>
    /// <value>False.</value>
    public bool ByPeople { get; init; }

    /// <inheritdoc/>
    public override string Title => Labels == Cifar100Labels.Coarse ? "CIFAR-100, 20 super-classes"
        : Part == DataSplit.Test ? "CIFAR-100 test" : "CIFAR-100";

    /// <inheritdoc/>
    public override Normalization Normalization => Normalization.Cifar100;

    /// <summary>The super-classes.</summary>
    public override IReadOnlyList<int>? ClassGroups => Labels == Cifar100Labels.Coarse ? null : Cifar100.SuperClasses;

    /// <summary>The training part with the labels of CIFAR-100N.</summary>
    public override DataSource? LabelledByPeople =>
        (Part, Labels) == (DataSplit.Train, Cifar100Labels.Fine) ? this with { ByPeople = true } : null;

    /// <inheritdoc/>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public override ImageSet Read()
    {
        var set = Cifar100.Read(DataFolder.Require(Cifar100.Folder), Part, Labels);
        if (!ByPeople) return set;
        using (set) return set.WithLabels(HumanLabels.Read(
            HumanLabels.Find() ?? DataFolder.Require(HumanLabels.Published), set.Labels));
    }
}
