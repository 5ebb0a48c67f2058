using W2S.Runs;
using W2S.Tests.Data;

namespace W2S.Tests.Runs;

public sealed class ClaimTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Place => Path.Combine(folder.Path, "kind", "hash.unfinished");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void OfManyAtOnceOneTakesTheRun()
    {
        for (var round = 0; round < 50; round++)
        {
            var place = Path.Combine(folder.Path, "kind", $"{round}.unfinished");
            using var together = new Barrier(8);
            var taken = new Claim?[8];
            Parallel.For(0, taken.Length, new ParallelOptions { MaxDegreeOfParallelism = -1 }, i =>
            {
                taken[i] = Claim.TryTake(place);
            });
            Assert.Single(taken.OfType<Claim>());
            Assert.True(ClaimState.Last(place)!.IsHeld);
            taken.OfType<Claim>().Single().Dispose();
        }
    }

    [Fact]
    public void WhatIsGivenBackIsFreeAtOnceAndItsTimeCounts()
    {
        using (var first = Claim.TryTake(Place)!)
        {
            Assert.Equal(1, first.Number);
            Assert.Null(Claim.TryTake(Place));
            Thread.Sleep(300);
        }
        Assert.False(ClaimState.Last(Place)!.IsHeld);
        using var second = Claim.TryTake(Place)!;
        Assert.Equal((2, 0), (second.Number, second.Holder.Lost));
        Assert.InRange(second.Seconds, .2, 60);
    }

    [Fact]
    public void AClaimWhoseProcessDiedHereIsOverAtOnce()
    {
        Leave(1, ClaimHolder.ThisSystem, TimeSpan.Zero);
        Assert.SkipUnless(ClaimState.LocksWork(folder.Path), "file locks do not work here");

        using var next = Claim.TryTake(Place)!;

        Assert.Equal((2, 1), (next.Number, next.Holder.Lost));
        Assert.InRange(next.Seconds, 7, 60);
    }

    [Fact]
    public void AClaimOfAnotherMachineIsOverWhenItIsSilent()
    {
        Leave(1, "another system", TimeSpan.Zero);
        Assert.Null(Claim.TryTake(Place));
        Leave(1, "another system", ClaimState.Patience - TimeSpan.FromSeconds(20));
        Assert.Null(Claim.TryTake(Place));
        Leave(1, "another system", ClaimState.Patience + TimeSpan.FromSeconds(1));

        using var next = Claim.TryTake(Place);

        Assert.Equal(2, next!.Number);
    }

    [Fact]
    public void ALateHolderNoticesItsSuccessor()
    {
        using var first = Claim.TryTake(Place)!;
        Assert.False(first.IsOvertaken());

        Leave(2, "another system", TimeSpan.Zero);

        Assert.True(first.IsOvertaken());
        Assert.True(first.Overtaken.IsCancellationRequested);
    }

    [Fact]
    public void ALateHolderNoticesThatTheRunIsFinished()
    {
        using var first = Claim.TryTake(Place)!;
        Directory.Delete(Place, recursive: true);
        Assert.True(first.IsOvertaken());
    }

    [Fact]
    public void LostClaimsCountAsLongAsTheyLeaveNothingNew()
    {
        Leave(1, "another system", TimeSpan.FromHours(1), "step-1", lost: 3);
        using (var same = Claim.TryTake(Place, "step-1")!) Assert.Equal(4, same.Holder.Lost);
        Leave(3, "another system", TimeSpan.FromHours(1), "step-1", lost: 3);
        using (var further = Claim.TryTake(Place, "step-2")!) Assert.Equal(1, further.Holder.Lost);
        using var after = Claim.TryTake(Place, "step-2")!;
        Assert.Equal(0, after.Holder.Lost); // the one before was given back
    }

    [Fact]
    public void ALineThatIsNotWholeIsPassedOver()
    {
        Leave(1, "another system", TimeSpan.FromHours(1));
        File.AppendAllText(ClaimState.PathOf(Place, 1), "99");
        File.WriteAllText(ClaimState.PathOf(Place, 2), "{\"Machine\":\"hal");

        var last = ClaimState.Last(Place)!;

        Assert.Equal((2, null, 0, true), (last.Number, last.Holder, last.Seconds, last.IsHeld));
        File.Delete(ClaimState.PathOf(Place, 2));
        Assert.Equal(7, ClaimState.Last(Place)!.Seconds);
    }

    // As a process leaves it that could not give it back.
    private void Leave(int number, string system, TimeSpan age, string found = "", int lost = 0)
    {
        var path = ClaimState.PathOf(Directory.CreateDirectory(Place).FullName, number);
        File.WriteAllText(path,
            new ClaimHolder("machine", 1, system, DateTime.UtcNow, found, lost).ToJson() + "\n5.0\n7.0\n");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow - age);
    }
}
