using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>Reads a pickle into plain values. It runs nothing: a name it does not know ends the reading.</summary>
/// <remarks>
/// The stack machine of Python's <c>pickle</c>, protocols 2 to 5, without the opcodes that make objects of arbitrary
/// classes. Values are strings, <see langword="long"/>, <see langword="double"/>, <see langword="bool"/>, null, byte
/// arrays, <see cref="List{T}"/> (list, set), arrays of objects (tuple), <see cref="Dictionary{TKey, TValue}"/> (dict,
/// and a namespace of plain values) and the Pickle… records. What it allocates is bounded by the bytes read:
/// <see cref="PickleNames"/> accounts for copies.
/// </remarks>
internal sealed class PickleMachine(ByteView file, long position)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private static readonly object Mark = new();
    private readonly PickleNames names = new(file.Length);
    private readonly Dictionary<uint, object?> memo = [];
    private readonly List<object?> stack = [];
    private long at = position;

    /// <summary>Where the pickle ended, after <see cref="Run"/>.</summary>
    public long Position => at;

    /// <summary>The storages that it names, with the type of their elements.</summary>
    public IReadOnlyDictionary<string, ScalarType> Storages => names.Storages;

    /// <exception cref="WeightFileException">Damaged, or it holds something else than plain data.</exception>
    public object? Run()
    {
        while (true)
        {
            var opcode = (Opcode)Byte();
            if (opcode == Opcode.Stop)
                return Pop();
            Step(opcode);
        }
    }

    private void Step(Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.Proto: Protocol(Byte()); break;
            case Opcode.Frame: Bytes(8); break;
            case Opcode.Mark: stack.Add(Mark); break;
            case Opcode.Pop: stack.RemoveAt(Top()); break;
            case Opcode.PopMark: PopToMark(); break;
            case Opcode.Dup: stack.Add(stack[Top()]); break;

            case Opcode.None: stack.Add(null); break;
            case Opcode.NewTrue: stack.Add(true); break;
            case Opcode.NewFalse: stack.Add(false); break;
            case Opcode.BinInt: stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;
            case Opcode.BinInt1: stack.Add((long)Byte()); break;
            case Opcode.BinInt2: stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case Opcode.Long1: stack.Add(Long(Byte())); break;
            case Opcode.Long4: stack.Add(Long(UInt32())); break;
            case Opcode.Int: stack.Add(Number(Line())); break;
            case Opcode.BinFloat: stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;

            case Opcode.BinUnicode: stack.Add(Text(UInt32())); break;
            case Opcode.ShortBinUnicode: stack.Add(Text(Byte())); break;
            case Opcode.BinUnicode8: stack.Add(Text(UInt64())); break;
            case Opcode.ShortBinString: stack.Add(Encoding.Latin1.GetString(Bytes(Byte()))); break;
            case Opcode.BinString: stack.Add(Encoding.Latin1.GetString(Bytes(UInt32()))); break;
            case Opcode.ShortBinBytes: stack.Add(Bytes(Byte()).ToArray()); break;
            case Opcode.BinBytes: stack.Add(Bytes(UInt32()).ToArray()); break;
            case Opcode.BinBytes8: case Opcode.ByteArray8: stack.Add(Bytes(UInt64()).ToArray()); break;

            case Opcode.EmptyTuple: stack.Add(Array.Empty<object?>()); break;
            case Opcode.Tuple: stack.Add(PopToMark()); break;
            case Opcode.Tuple1: stack.Add(PopMany(1)); break;
            case Opcode.Tuple2: stack.Add(PopMany(2)); break;
            case Opcode.Tuple3: stack.Add(PopMany(3)); break;
            case Opcode.EmptyList: case Opcode.EmptySet: stack.Add(new List<object?>()); break;
            case Opcode.List: case Opcode.FrozenSet: stack.Add(new List<object?>(PopToMark())); break;
            case Opcode.EmptyDict: stack.Add(new Dictionary<object, object?>()); break;
            case Opcode.Dict: stack.Add(SetItems(new(), PopToMark())); break;
            case Opcode.Append: { var item = Pop(); Target<List<object?>>("a list").Add(item); break; }
            case Opcode.Appends:
            case Opcode.AddItems:
                {
                    var items = PopToMark();
                    Target<List<object?>>("a list").AddRange(items); break;
                }
            case Opcode.SetItem:
                {
                    var pair = PopMany(2); SetItems(Target<Dictionary<object, object?>>("a dict"), pair);
                    break;
                }
            case Opcode.SetItems:
                {
                    var items = PopToMark();
                    SetItems(Target<Dictionary<object, object?>>("a dict"), items); break;
                }

            case Opcode.BinGet: stack.Add(Recall(Byte())); break;
            case Opcode.LongBinGet: stack.Add(Recall(UInt32())); break;
            case Opcode.BinPut: memo[Byte()] = stack[Top()]; break;
            case Opcode.LongBinPut: memo[UInt32()] = stack[Top()]; break;
            case Opcode.Memoize: memo[(uint)memo.Count] = stack[Top()]; break;

            case Opcode.Global: stack.Add(names.Find(Line(), Line())); break;
            case Opcode.StackGlobal:
                {
                    var name = PopMany(2);
                    stack.Add(names.Find(name[0] as string, name[1] as string)); break;
                }
            case Opcode.BinPersId: stack.Add(names.Storage(Pop())); break;
            case Opcode.Reduce: { var call = PopMany(2); stack.Add(names.Make(call[0], call[1])); break; }
            case Opcode.NewObj: { var call = PopMany(2); stack.Add(names.New(call[0], call[1])); break; }
            case Opcode.Build: { var state = Pop(); names.SetState(stack[Top()], state); break; }
            default:
                throw Damaged(
                $"opcode 0x{(byte)opcode:x2} is none that tensors, arrays and plain containers need");
        }
    }

    private void Protocol(byte version)
    {
        if (version is < 2 or > 5)
            throw Damaged($"pickle protocol {version} is not between 2 and 5");
    }

    private object Long(long count)
    {
        if (count > 16)
            throw Damaged($"a whole number of {count} bytes is too long; 16 is the most");
        var value = new BigInteger(Bytes(count));
        return value >= long.MinValue && value <= long.MaxValue ? (long)value : value;
    }

    // Pickles of protocol 2 that others than Python write keep long numbers, and truths, as text.
    private object Number(string text) => text switch
    {
        "00" => false,
        "01" => true,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
        _ => throw Damaged($"'{FileKinds.Printable(text)}' is no whole number"),
    };

    private string Text(long count)
    {
        try
        {
            return Strict.GetString(Bytes(count));
        }
        catch (DecoderFallbackException error)
        {
            throw new WeightFileException($"{Damaged("a string is not UTF-8").Message}", error);
        }
    }

    private string Line()
    {
        var rest = file.Span(at, (int)Math.Min(512, file.Length - at), "the pickle");
        var count = rest.IndexOf((byte)'\n');
        if (count < 0)
            throw Damaged("a name has no end");
        at += count + 1;
        return Encoding.Latin1.GetString(rest[..count]);
    }

    private Dictionary<object, object?> SetItems(Dictionary<object, object?> target, object?[] items)
    {
        if (items.Length % 2 != 0)
            throw Damaged("a dict has a key without a value");
        for (var index = 0; index < items.Length; index += 2)
        {
            if (items[index] is not (string or long or double or bool or BigInteger or object?[]))
                throw Damaged(
                    $"a dict key is {PickleNames.Describe(items[index])}; only text, numbers and tuples are read");
            target[items[index]!] = items[index + 1];
        }
        return target;
    }

    private T Target<T>(string what) where T : class =>
        stack[Top()] as T ?? throw Damaged($"it adds to {PickleNames.Describe(stack[^1])} as if to {what}");

    private object? Recall(uint index) =>
        memo.TryGetValue(index, out var value) ? value
            : throw Damaged($"it recalls value {index}, which it never kept");

    private object? Pop()
    {
        var index = Top();
        var value = stack[index];
        stack.RemoveAt(index);
        return value;
    }

    private object?[] PopMany(int count)
    {
        var items = new object?[count];
        for (var index = count - 1; index >= 0; index--)
            items[index] = Pop();
        return items;
    }

    private object?[] PopToMark()
    {
        var mark = stack.LastIndexOf(Mark);
        if (mark < 0)
            throw Damaged("it closes a group that it never opened");
        object?[] items = [.. stack[(mark + 1)..]];
        stack.RemoveRange(mark, stack.Count - mark);
        return items;
    }

    private int Top() => stack.Count > 0 && !ReferenceEquals(stack[^1], Mark)
        ? stack.Count - 1
        : throw Damaged("it takes a value where there is none");

    private byte Byte() => Bytes(1)[0];

    private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    private long UInt64() => (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8)), long.MaxValue);

    private ReadOnlySpan<byte> Bytes(long count)
    {
        if (count > Array.MaxLength)
            throw Damaged($"a value of {count} bytes is too long");
        var span = file.Span(at, (int)count, "the pickle");
        at += count;
        return span;
    }

    private WeightFileException Damaged(string problem) => new($"the pickle is damaged before byte {at}: {problem}");

    private enum Opcode : byte
    {
        Mark = (byte)'(', Stop = (byte)'.', Pop = (byte)'0', PopMark = (byte)'1', Dup = (byte)'2',
        BinInt = (byte)'J', BinInt1 = (byte)'K', BinInt2 = (byte)'M', Int = (byte)'I', None = (byte)'N',
        BinFloat = (byte)'G', BinPersId = (byte)'Q', Reduce = (byte)'R', BinString = (byte)'T',
        ShortBinString = (byte)'U', BinUnicode = (byte)'X', Append = (byte)'a', Build = (byte)'b', Global = (byte)'c',
        Dict = (byte)'d', EmptyDict = (byte)'}', Appends = (byte)'e', BinGet = (byte)'h', LongBinGet = (byte)'j',
        List = (byte)'l', EmptyList = (byte)']', BinPut = (byte)'q', LongBinPut = (byte)'r', SetItem = (byte)'s',
        Tuple = (byte)'t', EmptyTuple = (byte)')', SetItems = (byte)'u', BinBytes = (byte)'B',
        ShortBinBytes = (byte)'C', Proto = 0x80, NewObj = 0x81, Tuple1 = 0x85, Tuple2 = 0x86, Tuple3 = 0x87,
        NewTrue = 0x88, NewFalse = 0x89, Long1 = 0x8a, Long4 = 0x8b, ShortBinUnicode = 0x8c, BinUnicode8 = 0x8d,
        BinBytes8 = 0x8e, EmptySet = 0x8f, AddItems = 0x90, FrozenSet = 0x91, StackGlobal = 0x93, Memoize = 0x94,
        Frame = 0x95, ByteArray8 = 0x96,
    }
}
