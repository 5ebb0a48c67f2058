using System.Text.RegularExpressions;
using W2S.Kernel.Tests.Repository;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>Jupyter's own suite against the built kernel.</summary>
public sealed partial class ConformanceTests
{
    [Fact]
    public async Task JupytersOwnSuitePassesWhole()
    {
        JupyterHome.Require("jupyter_kernel_test");
        using var home = new JupyterHome();
        var suite = RepositoryRoot.Combine("tests", "W2S.Kernel.Tests", "Jupyter", "conformance", "test_kernel.py");
        var (code, text) =
            await home.RunAsync(TimeSpan.FromMinutes(5), JupyterHome.Python, "-W", "ignore", suite, "-v");
        Assert.True(code == 0, text);
        Assert.Matches(Total(), text);
        Assert.DoesNotContain("skipped", text);
    }

    // The suite of python3-jupyter-kernel-test 0.4.5 has 12 tests; a later one has more.
    [GeneratedRegex(@"Ran (1[2-9]|[2-9]\d) tests")]
    private static partial Regex Total();
}
