using System.Text;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models.Weights;

/// <summary>Pickles made to hurt: each ends in a clear error, in little memory and time.</summary>
public sealed class PickleMachineTests
{
    private static unsafe object? Run(byte[] pickle)
    {
        fixed (byte* start = pickle)
            return new PickleMachine(new ByteView(start, pickle.Length), 0).Run();
    }

    private static byte[] Pickle(params object[] parts)
    {
        List<byte> bytes = [0x80, 2];
        foreach (var part in parts)
            bytes.AddRange(part is string text ? Encoding.Latin1.GetBytes(text) : (byte[])part);
        return [.. bytes, (byte)'.'];
    }

    private static void Fails(string reason, params object[] parts) =>
        Assert.Contains(reason, Assert.Throws<WeightFileException>(() => Run(Pickle(parts))).Message);

    [Fact]
    public void CommandsAreRefusedWhereTheyAreNamed()
    {
        Fails("'os.system'", "cos\nsystem\n", "(U\x05touch\x85R");
        Fails("'builtins.eval'", "cbuiltins\neval\n");
        Fails("'collections.OrderedDict.__class__'", "ccollections\nOrderedDict.__class__\n");
    }

    [Fact]
    public void OpcodesThatMakeObjectsAreRefused()
    {
        // INST, OBJ, REDUCE, BUILD, NEWOBJ, NEWOBJ_EX, EXT1/2/4, PERSID
        foreach (var opcode in "ioRb\x81\x92\x82\x83\x84P")
            Assert.Throws<WeightFileException>(() => Run(Pickle("(N}", opcode.ToString())));
    }

    [Fact]
    public void ADoublingListDoesNotGrow()
    {
        // torch.Size(list) copies; a memoized list copied again and again would grow without bound.
        var build = new StringBuilder("]q\x01(" + new string('N', 200) + "e");
        for (var copy = 0; copy < 100; copy++)
            build.Append("ctorch\nSize\nh\x01\x85R");
        Fails("more memory than the file's", build.ToString());
    }

    [Fact]
    public void ANamespaceThatTakesOneStateAgainAndAgainDoesNotGrow()
    {
        var build =
            new StringBuilder(
                "}q\x01(" + string.Concat(Enumerable.Range(0, 200).Select(key => $"M{(char)key}\0N")) + "u");
        for (var copy = 0; copy < 200; copy++)
            build.Append("cargparse\nNamespace\n)\x81h\u0001b");
        Fails("more memory than the file's", build.ToString());
    }

    [Fact]
    public void OnlyANamespaceIsMadeWithoutACall()
    {
        Fails("'collections.OrderedDict', which is refused", "ccollections\nOrderedDict\n)\x81");
        Fails("'builtins.dict', which is refused", "cbuiltins\ndict\n)R");
        Fails("Namespace has other arguments", "cargparse\nNamespace\nN\x85\x81");
    }

    [Fact]
    public void NumbersAsTextAreRead()
    {
        Assert.Equal(3_000_000_000L, Run(Pickle("I3000000000\n")));
        Assert.Equal(true, Run(Pickle("I01\n")));
        Fails("no whole number", "I1e3\n");
    }

    [Fact]
    public void CopiesOfOneStringDoNotGrow()
    {
        var text = new string('a', 250);
        var build = new StringBuilder($"c_codecs\nencode\nq\x01\x55\xfa{text}q\x02");
        for (var copy = 0; copy < 400; copy++)
            build.Append("h\x01h\x02\x85R");
        Fails("more memory than the file's", build.ToString());
    }

    [Fact]
    public void LengthsBeyondTheEndAreFound()
    {
        Fails("but there are only", "X", new byte[] { 255, 255, 255, 0 });
        Fails("too long", "\x8e", new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 });
        Fails("16 is the most", "\x8b", new byte[] { 0, 0, 0, 64 });
    }

    [Theory]
    [InlineData("(lp0\n")]
    [InlineData("t")]
    [InlineData("0")]
    [InlineData("h\x05")]
    [InlineData("Na")]
    [InlineData("}]Ns")]
    [InlineData("U\x03ab")]
    [InlineData("Q")]
    [InlineData("cno newline")]
    [InlineData("\x80\x09")]
    public void NonsenseIsDamage(string body) => Assert.Throws<WeightFileException>(() => Run(Pickle(body)));

    [Fact]
    public void AVeryDeepNestIsReadWithoutRecursion()
    {
        var made = Assert.IsType<List<object?>>(Run(Pickle(new string(']', 200_000), new string('a', 199_999))));
        Assert.Single(made);
    }

    [Fact]
    public unsafe void AContainerThatHoldsItselfEnds()
    {
        using var folder = new TemporaryFolder();
        // A legacy file of {'model': itself}: the state dict is looked for and not found.
        byte[] file =
        [
            .. new byte[] { 0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.' },
            .. Pickle("M\xe9\x03"), .. Pickle("}"), .. Pickle("}q\x01U\x05modelh\x01s"), .. Pickle("]"),
        ];
        File.WriteAllBytes(folder["loop.pth"], file);
        var read = Assert.IsType<Dictionary<object, object?>>(PyTorchFile.Read(folder["loop.pth"]));
        Assert.Same(read, read["model"]);
        Assert.Contains("holds no state dict",
            Assert.Throws<WeightFileException>(() => WeightFiles.Read(folder["loop.pth"])).Message);
    }

    [Theory]
    [InlineData(0, 2, 1, "reaches outside its storage")]
    [InlineData(3, 1, 1, "reaches outside its storage")]
    [InlineData(0, 1, -1, "reaches outside its storage")]
    public void TensorsOutsideTheirStorageAreRefused(int offset, int size, int stride, string reason)
    {
        static string Int(int value) => $"J{Encoding.Latin1.GetString(BitConverter.GetBytes(value))}";
        Fails(reason,
            $"ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x01" + "0U\x03"
                + $"cpuK\x01tQ{Int(offset)}{Int(size)}\x85{Int(stride)}\x85\x89}}tR");
    }
}
