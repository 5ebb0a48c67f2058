using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using W2S.Kernel.Jupyter;

namespace W2S.Kernel.Tests.Jupyter;

public sealed class ConnectionInfoTests
{
    private static JsonObject Good() => new()
    {
        ["shell_port"] = 50001,
        ["iopub_port"] = 50002,
        ["stdin_port"] = 50003,
        ["control_port"] = 50004,
        ["hb_port"] = 50005,
        ["ip"] = "127.0.0.1",
        ["key"] = "0f1e-key",
        ["transport"] = "tcp",
        ["signature_scheme"] = "hmac-sha256",
        ["kernel_name"] = ".net-csharp",
    };

    private static ConnectionInfo Parse(JsonNode json) =>
        ConnectionInfo.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), "test.json");

    [Fact]
    public void ReadsWhatClientsWrite()
    {
        var info = Parse(Good());
        Assert.Equal((IPAddress.Loopback, 50001, 50004, 50003, 50002, 50005),
            (info.Address, info.ShellPort, info.ControlPort, info.StdinPort, info.IoPubPort, info.HeartbeatPort));
        Assert.Equal("0f1e-key"u8, info.Key);
        Assert.Equal("tcp://127.0.0.1:50001", info.Endpoint(info.ShellPort));
    }

    [Theory]
    [InlineData("ip", "\"0.0.0.0\"", "loopback only")]
    [InlineData("ip", "\"192.168.1.7\"", "loopback only")]
    [InlineData("ip", "\"::\"", "loopback only")]
    [InlineData("ip", "\"*\"", "no IP address")]
    [InlineData("ip", "\"example.org\"", "no IP address")]
    [InlineData("ip", "\"2130706433\"", "no IP address")] // 127.0.0.1 to some parsers
    [InlineData("ip", "null", "give a string")]
    [InlineData("transport", "\"ipc\"", "speaks tcp")]
    [InlineData("signature_scheme", "\"hmac-md5\"", "hmac-sha256")]
    [InlineData("shell_port", "0", "1 to 65535")]
    [InlineData("shell_port", "65536", "1 to 65535")]
    [InlineData("shell_port", "50001.5", "1 to 65535")]
    [InlineData("shell_port", "\"50001\"", "1 to 65535")]
    [InlineData("hb_port", "50001", "share a port")]
    [InlineData("key", "7", "give a string")]
    public void RefusesAndSaysWhy(string field, string value, string reason)
    {
        var json = Good();
        json[field] = JsonNode.Parse(value);
        var refused = Assert.Throws<KernelRefusedException>(() => Parse(json));
        Assert.Contains(reason, refused.Message);
        Assert.Contains("test.json", refused.Message);
    }

    [Theory]
    [InlineData("shell_port")]
    [InlineData("ip")]
    [InlineData("key")]
    public void NamesWhatIsMissing(string field)
    {
        var json = Good();
        json.Remove(field);
        Assert.Contains($"{field} is missing", Assert.Throws<KernelRefusedException>(() => Parse(json)).Message);
    }

    [Fact]
    public void AMissingFileIsNamed() =>
        Assert.Contains("cannot be read",
            Assert.Throws<KernelRefusedException>(() => ConnectionInfo.Read("/no/such/file.json")).Message);

    [Fact]
    public void AThousandMalformedFilesAreRefused()
    {
        var random = new Random(20260);
        var good = Encoding.UTF8.GetBytes(Good().ToJsonString());
        var refused = 0;
        for (var attempts = 0; refused < 1000; attempts++)
        {
            Assert.True(attempts < 20_000, $"only {refused} of {attempts} mutants were refused");
            var mutant = Mutator.Mutate(random, good);
            try
            {
                // A mutant that is still a connection file (another key, another port) is no malformed one; it must be
                // as safe.
                var info = ConnectionInfo.Parse(mutant, "mutant");
                Assert.True(IPAddress.IsLoopback(info.Address));
                Assert.InRange(info.ShellPort, 1, 65535);
            }
            catch (KernelRefusedException)
            {
                refused++;
            }
        }
    }
}
