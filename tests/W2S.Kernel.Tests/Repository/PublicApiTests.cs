using W2S.Kernel.Engine.Script;

namespace W2S.Kernel.Tests.Repository;

/// <summary>What a cell can name of the kernel.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void WhatCellsCanNameIsWrittenDown() =>
        PublicApi.IsAsWritten(typeof(Cell).Assembly, RepositoryRoot.Combine("tests", "api"));
}
