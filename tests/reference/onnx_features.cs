#:package Microsoft.ML.OnnxRuntime@1.31.1
#:property ManagePackageVersionsCentrally=false
#:property RestorePackagesWithLockFile=false
#:property PublishAot=false

// Runs the ImageNet ResNet-18 of ML.NET's package with ONNX Runtime on images that a formula gives, and writes what it
// computes to onnx_features.json: for each image every sixteenth feature, and of each stage eight numbers of its map.
//
//     dotnet run onnx_features.cs -- DATA-FOLDER/imagenet-resnet18
//
// The file states images of 224×224 and ends in a pooling of 7×7. For other sizes the statement and the pooling are
// taken off; everything between stays as it is, and the pooling is computed here, as a mean. At 224 both are compared.

using System.Globalization;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

string[] stages = ["Pooling255", "ReLU283", "ReLU315", "ReLU347", "ReLU393"];
float[] means = [103.06262f, 115.90288f, 123.15163f]; // blue, green, red: the mean image's
var folder = args[0];
var bytes = File.ReadAllBytes(Path.Combine(folder, "ResNet18.onnx"));
using var published = new InferenceSession(bytes);
using var anySize = new InferenceSession(Reopen(bytes));
List<string> cases = [];
foreach (var size in new[] { 96, 128, 224 })
{
    for (var image = 0; image < 2; image++)
    {
        var input = Input(image, size);
        using var results = anySize.Run([NamedOnnxValue.CreateFromTensor("Input247", input)]);
        var maps = results.Select(result => result.AsTensor<float>()).ToArray();
        var features = Pool(maps[^1]);
        if (size == 224)
            Compare(features, input);
        cases.Add($$"""
            {"size": {{size}}, "image": {{image}}, "largest": {{Text(features.Max())}},
             "features": [{{Text(features.Where((_, index) => index % 16 == 0))}}],
             "stages": [{{string.Join(", ", maps.Select(Stage))}}]}
            """);
    }
}
File.WriteAllText("onnx_features.json", $"[\n{string.Join(",\n", cases)}\n]\n");

// Blue, green, red, less the means; the bytes are those of OnnxRuntimeTests.
DenseTensor<float> Input(int image, int size)
{
    var input = new DenseTensor<float>([1, 3, size, size]);
    for (var channel = 0; channel < 3; channel++)
        for (var y = 0; y < size; y++)
            for (var x = 0; x < size; x++)
                input[0, 2 - channel, y, x] = Pixel(image, channel, y, x) - means[2 - channel];
    return input;
}

// Channel 0 is red.
static int Pixel(int image, int channel, int y, int x) =>
    (x * (channel + 2) + y * (5 - channel) + ((x * y) >> (3 + image)) + 60 * image) & 255;

static float[] Pool(Tensor<float> map)
{
    var (channels, area) = (map.Dimensions[1], map.Dimensions[2] * map.Dimensions[3]);
    var values = map.ToArray();
    return [.. Enumerable.Range(0, channels).Select(
        channel => (float)values.Skip(channel * area).Take(area).Average(value => (double)value))];
}

// Eight channels, in turn at the middle and in the last corner, which padding would reach.
static string Stage(Tensor<float> map)
{
    var (channels, height, width) = (map.Dimensions[1], map.Dimensions[2], map.Dimensions[3]);
    var values = Enumerable.Range(0, 8).Select(index => index % 2 == 0
        ? map[0, index * channels / 8, height / 2, width / 2] : map[0, index * channels / 8, height - 1, width - 1]);
    return $$"""{"largest": {{Text(map.Max())}}, "values": [{{Text(values)}}]}""";
}

// The published file's own pooling must say the same; and what the mean image changes is told.
void Compare(float[] features, DenseTensor<float> input)
{
    var own = Run(input);
    Console.WriteLine($"published pooling differs by {Largest(own, features) / own.Max():g2} of the largest");
    using var preparation = new InferenceSession(Path.Combine(folder, "ResNetPreprocess.onnx"));
    var raw = new DenseTensor<float>([1, 3, 224, 224]); // it takes red first
    for (var channel = 0; channel < 3; channel++)
        for (var y = 0; y < 224; y++)
            for (var x = 0; x < 224; x++)
                raw[0, channel, y, x] = input[0, 2 - channel, y, x] + means[2 - channel];
    using var prepared = preparation.Run([NamedOnnxValue.CreateFromTensor("OriginalInput", raw)]);
    var other = Run(prepared.First().AsTensor<float>());
    var (dot, norms) = (other.Zip(own, (a, b) => (double)a * b).Sum(),
        Math.Sqrt(other.Sum(a => (double)a * a) * own.Sum(a => (double)a * a)));
    Console.WriteLine($"the mean image in place of its means: cosine {dot / norms:f5}");
}

float[] Run(Tensor<float> input)
{
    using var results = published.Run([NamedOnnxValue.CreateFromTensor("Input247", input)]);
    return [.. results.First().AsTensor<float>()];
}

static float Largest(float[] one, float[] other) => one.Zip(other, (a, b) => Math.Abs(a - b)).Max();

static string Text(object value) => value switch
{
    float number => number.ToString("g8", CultureInfo.InvariantCulture),
    IEnumerable<float> numbers => string.Join(", ", numbers.Select(number => Text(number))),
    _ => throw new ArgumentException($"{value}"),
};

// The model without its last node, its stated sizes and its output; with the stages as outputs.
byte[] Reopen(byte[] model)
{
    using var made = new MemoryStream();
    foreach (var (field, whole, content) in Fields(model))
    {
        if (field != 7) { made.Write(whole); continue; }
        using var graph = new MemoryStream();
        var nodes = Fields(content).Count(part => part.Field == 1);
        foreach (var (part, bytes, _) in Fields(content))
        {
            var keep = part switch { 1 => --nodes > 0, 11 or 12 or 13 => false, _ => true };
            if (keep)
                graph.Write(bytes);
        }
        graph.Write(Message(11, [.. Message(1, Encoding.UTF8.GetBytes("Input247")), .. AnySize()]));
        foreach (var stage in stages)
            graph.Write(Message(12, [.. Message(1, Encoding.UTF8.GetBytes($"{stage}_Output_0")), .. AnySize()]));
        made.Write(Message(7, graph.ToArray()));
    }
    return made.ToArray();
}

// TypeProto { tensor_type { elem_type: FLOAT, shape { four sizes by name } } }
static byte[] AnySize() => Message(2, Message(1, [0x08, 1,
    .. Message(2, [.. Enumerable.Range(0, 4).SelectMany(_ => Message(1, []))])]));

static byte[] Message(int field, byte[] content) => [(byte)(field << 3 | 2), .. Number(content.Length), .. content];

static byte[] Number(int value)
{
    List<byte> made = [];
    for (; value >= 0x80; value >>= 7)
        made.Add((byte)(value | 0x80));
    return [.. made, (byte)value];
}

static IEnumerable<(int Field, byte[] Whole, byte[] Content)> Fields(byte[] message)
{
    for (var at = 0; at < message.Length;)
    {
        var start = at;
        var tag = Read();
        var length = (tag & 7) switch { 0 => 0, 1 => 8, 2 => Read(), 5 => 4, _ => throw new InvalidDataException() };
        if ((tag & 7) == 0)
            Read();
        at += length;
        yield return (tag >> 3, message[start..at], message[(at - length)..at]);

        int Read()
        {
            var value = 0;
            for (var shift = 0; ; shift += 7)
            {
                value |= (message[at] & 0x7f) << shift;
                if (message[at++] < 0x80)
                    return value;
            }
        }
    }
}
