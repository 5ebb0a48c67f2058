using System.Buffers.Binary;

namespace W2S.Models.Weights;

/// <summary>The CRC-32 of zip files (reflected polynomial 0xEDB88320), eight bytes at a time.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = BuildTables();

    public static unsafe uint Of(ByteView bytes)
    {
        var crc = uint.MaxValue;
        var (p, left) = ((nint)bytes.Pointer, bytes.Length);
        for (; left >= 8; left -= 8, p += 8)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>((void*)p, 8)) ^ crc;
            crc = Tables[7][(byte)word] ^ Tables[6][(byte)(word >> 8)]
                ^ Tables[5][(byte)(word >> 16)] ^ Tables[4][(byte)(word >> 24)]
                ^ Tables[3][(byte)(word >> 32)] ^ Tables[2][(byte)(word >> 40)]
                ^ Tables[1][(byte)(word >> 48)] ^ Tables[0][(byte)(word >> 56)];
        }
        for (; left > 0; left--, p++)
            crc = (crc >> 8) ^ Tables[0][(byte)(crc ^ *(byte*)p)];
        return ~crc;
    }

    private static uint[][] BuildTables()
    {
        var tables = new uint[8][];
        for (var table = 0; table < 8; table++)
        {
            tables[table] = new uint[256];
            for (var index = 0u; index < 256; index++)
            {
                var crc = table == 0 ? index : tables[table - 1][index];
                for (var bit = 0; bit < 8; bit++)
                    crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
                tables[table][index] = crc;
            }
        }
        return tables;
    }
}
