using W2S.Training;

namespace W2S.Tests.Training;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void CosineFallsFromOneToItsFinalFactor()
    {
        var schedule = new CosineSchedule { Final = 0.1 };
        Assert.Equal(1, schedule.Factor(0, 10), 12);
        Assert.Equal(0.55, schedule.Factor(5, 10), 12);
        Assert.Equal(0.1, schedule.Factor(10, 10), 12);
    }

    [Fact]
    public void WarmUpRisesAndHidesTheCurvesBeginning()
    {
        var schedule = new CosineSchedule { WarmUpEpochs = 2, WarmUpStart = 0.2 };
        Assert.Equal(0.2, schedule.Factor(0, 10), 12);
        Assert.Equal(0.6, schedule.Factor(1, 10), 12);
        Assert.Equal(new CosineSchedule().Factor(2, 10), schedule.Factor(2, 10), 12);
    }

    [Fact]
    public void StepsDropAndEpochsMayBeWhole()
    {
        var schedule = new StepSchedule { Every = 3, Gamma = 0.5 };
        Assert.Equal([1, 1, 0.5, 0.25], new[] { 0, 2.9, 3, 6 }.Select(epoch => schedule.Factor(epoch, 9)));
        Assert.Equal(new CosineSchedule().Factor(1, 4), new CosineSchedule { PerEpoch = true }.Factor(1.9, 4));
        Assert.Equal(1, new ConstantSchedule().Factor(7, 9));
    }
}
