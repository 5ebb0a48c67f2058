namespace W2S.Kernel.Tests.Jupyter;

/// <summary>Damages bytes in the ways that parsers stumble over; the same seed, the same damage.</summary>
internal static class Mutator
{
    private static readonly byte[][] Splices =
    [
        "{"u8.ToArray(), "}"u8.ToArray(), "["u8.ToArray(), "\""u8.ToArray(), "\\ud800"u8.ToArray(),
        "\\u0000"u8.ToArray(), "null"u8.ToArray(), "-1"u8.ToArray(), "1e999"u8.ToArray(),
        "99999999999999999999"u8.ToArray(), "0.5"u8.ToArray(), "true"u8.ToArray(), [0xff, 0xfe], [0xc3], [0x00],
        new string('[', 200).Select(c => (byte)c).ToArray(), "<IDS|MSG>"u8.ToArray(), "🎈"u8.ToArray(),
        "\"\":"u8.ToArray(), ",,"u8.ToArray(),
    ];

    public static byte[] Mutate(Random random, byte[] original)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            var length = Math.Min(bytes.Count - at, random.Next(1, 16));
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, Splices[random.Next(Splices.Length)]);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }
        return [.. bytes];
    }
}
