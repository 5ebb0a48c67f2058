using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Running;

namespace W2S.Kernel.Tests.Notebooks.Running;

public sealed class RunOptionsTests
{
    [Fact]
    public void OptionsStandAnywhereAndWithOrWithoutEquals()
    {
        var options =
            RunOptions.Parse(["--quick", "--out", "a.ipynb", "n.ipynb", "--html=b.html", "--save", "--tolerance=0.01"]);
        Assert.Equal(
            new RunOptions
            {
                Notebook = "n.ipynb",
                Quick = true,
                Save = true,
                Out = "a.ipynb",
                Html = "b.html",
                Tolerance = 0.01
            },
            options);
    }

    [Fact]
    public void InputsAndParametersAreNamedValues()
    {
        var options = RunOptions.Parse(
            ["n.ipynb", "--input", "Your name=A = B", "--parameter=a=1", "--parameter", "b="]);
        Assert.Equal("A = B", options.Inputs["Your name"]);
        Assert.Equal([("a", "1"), ("b", "")], options.Parameters.Select(value => (value.Key, value.Value)));
    }

    [Theory]
    [InlineData("--input 'name' is not NAME=VALUE", "n.ipynb", "--input", "name")]
    [InlineData("needs a notebook")]
    [InlineData("no option '--fast'", "n.ipynb", "--fast")]
    [InlineData("no option '--save=yes'", "n.ipynb", "--save=yes")]
    [InlineData("--out needs a value", "n.ipynb", "--out")]
    [InlineData("--out needs a value", "n.ipynb", "--out", "--save")]
    [InlineData("takes one notebook, got 'a.ipynb' and 'b.ipynb'", "a.ipynb", "b.ipynb")]
    [InlineData("'ten' is not a number", "n.ipynb", "--tolerance", "ten")]
    [InlineData("use one of them", "n.ipynb", "--save", "--check")]
    public void WrongArgumentsAreNamed(string expected, params string[] arguments) =>
        Assert.Contains(expected, Assert.Throws<NotebookException>(() => RunOptions.Parse(arguments)).Message);
}
