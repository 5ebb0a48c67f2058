using W2S.Kernel.Engine;

namespace W2S.Kernel.Tests.Engine;

public sealed class MimeBundleTests
{
    [Fact]
    public void TypesKeepTheOrderInWhichTheyWereSet()
    {
        var bundle =
            new MimeBundle("text/plain", "x").Set("text/html", "<b>x</b>").Set("image/png", "QUJD")
                .Set("text/html", "<i>x</i>");
        Assert.Equal(["text/plain", "image/png", "text/html"], bundle.Keys);
        Assert.Equal("<i>x</i>", bundle["text/html"].GetValue<string>());
    }
}
