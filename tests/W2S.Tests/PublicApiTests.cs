using W2S.Charts;
using W2S.Torch;

namespace W2S.Tests;

public sealed class PublicApiTests
{
    [Theory]
    [InlineData(typeof(TorchRuntime))]
    [InlineData(typeof(Figures))]
    public void WhatOthersCanNameIsWrittenDown(Type one) =>
        PublicApi.IsAsWritten(one.Assembly, Path.Combine(TestPaths.Repository, "tests", "api"));
}
