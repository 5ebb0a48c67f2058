using System.Text;

namespace W2S.Models.Weights;

/// <summary>The fields of one message in protobuf's wire format, one after the other; what nobody asks for is stepped
/// over.</summary>
/// <param name="message">Its bytes.</param>
/// <param name="what">What it is, for messages.</param>
internal struct ProtoReader(ByteView message, string what)
{
    private const int LongestNumber = 10;
    private long position;
    private ByteView bytes;
    private ulong number;
    private int wire;

    /// <summary>The present field's number in the message's description.</summary>
    public int Field { get; private set; }

    /// <summary>Whether the present field is a number in protobuf's short form, and not bytes.</summary>
    public readonly bool IsNumber => wire == 0;

    /// <summary>Goes to the next field.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="WeightFileException">What follows is no field, or is cut off.</exception>
    public bool Next()
    {
        if (position == message.Length)
            return false;
        var tag = ReadNumber();
        (Field, wire) = ((int)Math.Min(tag >> 3, int.MaxValue), (int)(tag & 7));
        if (wire == 0)
        {
            number = ReadNumber();
            return true;
        }
        var length = wire switch
        {
            1 => 8UL,
            2 => ReadNumber(),
            5 => 4UL,
            _ => throw Damaged($"has a field of kind {wire}, which is none, at byte {position}"),
        };
        if (length > (ulong)(message.Length - position))
            throw Damaged($"has a field of {length} bytes where {message.Length - position} are left");
        bytes = message.Slice(position, (long)length, what);
        position += (long)length;
        return true;
    }

    /// <summary>The present field as a number.</summary>
    /// <exception cref="WeightFileException">It is bytes.</exception>
    public readonly long Number() =>
        IsNumber ? (long)number : throw Damaged($"has bytes in field {Field} where a number belongs");

    /// <summary>The present field's bytes: a message, a text, numbers one after the other, or one of four or eight
    /// bytes.</summary>
    /// <exception cref="WeightFileException">It is a number.</exception>
    public readonly ByteView Bytes() =>
        IsNumber ? throw Damaged($"has a number in field {Field} where bytes belong") : bytes;

    /// <summary>The present field as a text.</summary>
    /// <exception cref="WeightFileException">It is a number, or longer than any name.</exception>
    public readonly string Text()
    {
        var text = Bytes();
        if (text.Length > 1 << 20)
            throw Damaged($"has a name of {text.Length} bytes");
        return Encoding.UTF8.GetString(text.Span(0, (int)text.Length, what));
    }

    /// <summary>How many numbers the present field holds, one or several in their short form.</summary>
    public readonly long CountNumbers()
    {
        if (IsNumber)
            return 1;
        long count = 0;
        for (long at = 0; at < bytes.Length; at += 1 << 20)
        {
            foreach (var value in bytes.Span(at, (int)Math.Min(1 << 20, bytes.Length - at), what))
                count += value < 0x80 ? 1 : 0;
        }
        return count;
    }

    /// <summary>Hands over each number of the present field, one or several in their short form.</summary>
    /// <exception cref="WeightFileException">They are cut off.</exception>
    public readonly void EachNumber(Action<long> take)
    {
        if (IsNumber)
        {
            take((long)number);
            return;
        }
        var packed = new ProtoReader(bytes, what);
        while (packed.position < bytes.Length)
            take((long)packed.ReadNumber());
    }

    /// <summary>An error that says what is wrong with the message.</summary>
    public readonly WeightFileException Damaged(string wrong) =>
        new($"{what} {wrong}; the file is damaged, was cut off or is no ONNX file: fetch it again");

    // Seven bits a byte, the lowest first; the highest bit says whether more follow.
    private ulong ReadNumber()
    {
        ulong value = 0;
        for (var count = 0; count < LongestNumber; count++)
        {
            if (position == message.Length)
                throw Damaged($"ends inside a number, at byte {position}");
            var next = message.Span(position++, 1, what)[0];
            value |= (ulong)(next & 0x7f) << (7 * count);
            if (next < 0x80)
                return value;
        }
        throw Damaged($"has a number of more than {LongestNumber} bytes, at byte {position}");
    }
}
