using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace W2S.Torch;

/// <summary>What libtorch can do and TorchSharp does not offer; nothing else in the library reaches past
/// TorchSharp.</summary>
/// <remarks>Exported functions with plain arguments, found by name in the libtorch that is loaded. Where a build lacks
/// one, <see cref="HasAutocast"/> or <see cref="Convolves"/> is false and nothing is called. None of them
/// throws.</remarks>
internal static unsafe class TorchNative
{
    // Itanium names (Linux, macOS), then Visual C++'s.
    private static readonly nint Enable = Find(
        "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb",
        "?set_autocast_enabled@autocast@at@@YAXW4DeviceType@c10@@_N@Z");
    private static readonly nint IsEnabled = Find(
        "_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE",
        "?is_autocast_enabled@autocast@at@@YA_NW4DeviceType@c10@@@Z");
    private static readonly nint SetType = Find(
        "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE",
        "?set_autocast_dtype@autocast@at@@YAXW4DeviceType@c10@@W4ScalarType@4@@Z");
    private static readonly nint GetType_ = Find(
        "_ZN2at8autocast18get_autocast_dtypeEN3c1010DeviceTypeE",
        "?get_autocast_dtype@autocast@at@@YA?AW4ScalarType@c10@@W4DeviceType@4@@Z");
    private static readonly nint Clear = Find(
        "_ZN2at8autocast11clear_cacheEv", "?clear_cache@autocast@at@@YAXXZ");
    // Of the C interface for compiled models (aoti_torch/c/shim_cpu.h); they return 0 or an error's code.
    private static readonly nint Pointwise = Find(
        "aoti_torch_cpu_mkldnn__convolution_pointwise");
    private static readonly nint PointwiseSum = Find(
        "aoti_torch_cpu_mkldnn__convolution_pointwise_binary_");

    // The one operation here that TorchSharp reaches only by a script.
    private static readonly Lazy<jit.CompilationUnit> Packer = new(() => jit.compile("""
        def pack(weight: Tensor, up: int, left: int, down: int, right: int, h: int, w: int, groups: int) -> Tensor:
            return torch.mkldnn_reorder_conv2d_weight(
                weight.to_mkldnn(), [up, left], [down, right], [h, w], groups)

        """));

    /// <summary>Whether this libtorch lets autocast be switched.</summary>
    public static bool HasAutocast { get; } = Enable != 0 && IsEnabled != 0 && SetType != 0 && GetType_ != 0
        && Clear != 0;

    /// <summary>Whether this libtorch has oneDNN's convolution with sum and ReLU in one, and takes such
    /// weights.</summary>
    public static bool Convolves(Tensor weight) => Pointwise != 0 && PointwiseSum != 0
        && weight.device_type == DeviceType.CPU && weight.dtype == ScalarType.Float32;

    /// <summary>Lets the operations of this thread that gain from it compute in a narrower type, until
    /// disposed.</summary>
    /// <param name="device">CPU or CUDA.</param>
    /// <param name="type">bfloat16, or on CUDA float16.</param>
    /// <exception cref="NotSupportedException">This libtorch has no such switch.</exception>
    public static IDisposable Autocast(DeviceType device, ScalarType type)
    {
        if (!HasAutocast)
            throw new NotSupportedException("this libtorch does not let autocast be switched; train in float32");
        var place = (sbyte)device;
        var enabled = ((delegate* unmanaged<sbyte, byte>)IsEnabled)(place);
        var before = ((delegate* unmanaged<sbyte, sbyte>)GetType_)(place);
        Set((sbyte)type, 1);
        return new Ending(() =>
        {
            Set(before, enabled);
            if (enabled == 0) ((delegate* unmanaged<void>)Clear)(); // weights change before the next step
        });

        void Set(sbyte one, byte on)
        {
            ((delegate* unmanaged<sbyte, sbyte, void>)SetType)(place, one);
            ((delegate* unmanaged<sbyte, byte, void>)Enable)(place, on);
        }
    }

    /// <summary>The same numbers with the channels last in memory, which convolutions on the CPU and on tensor cores
    /// prefer.</summary>
    /// <param name="images">[B, C, H, W].</param>
    /// <returns>The same shape, owned by the current dispose scope.</returns>
    public static Tensor ChannelsLast(Tensor images)
    {
        using var last = images.permute(0, 2, 3, 1);
        using var packed = last.contiguous();
        return packed.permute(0, 3, 1, 2);
    }

    /// <summary>A convolution, a sum where asked, and ReLU where asked, as one operation of oneDNN.</summary>
    /// <param name="x">float32 [B, I, H, W] on the CPU, without gradients.</param>
    /// <param name="weight">[O, I/groups, h, w], as it is or packed, where <see cref="Convolves"/> says so.</param>
    /// <param name="bias">[O].</param>
    /// <param name="like">Its stride, padding, dilation and groups.</param>
    /// <param name="plus">Of the output's shape, which it becomes; null for none.</param>
    /// <param name="relu">Whether ReLU is last.</param>
    /// <returns>Owned by the current dispose scope; null where libtorch cannot: the plain operations can, or say
    /// why.</returns>
    public static Tensor? Convolve(Tensor x, Tensor weight, Tensor bias, Conv2d like, Tensor? plus, bool relu)
    {
        nint result = 0, shift = bias.Handle;
        int failed;
        fixed (long* padding = like.padding, stride = like.stride, dilation = like.dilation)
        fixed (byte* add = "add\0"u8, last = relu ? "relu\0"u8 : "none\0"u8)
        {
            var activation = last;
            failed = plus is null
                ? ((delegate* unmanaged<nint, nint, nint*, long*, long, long*, long, long*, long, long, byte*, double**,
                    long, byte**, nint*, int>)Pointwise)(
                    x.Handle, weight.Handle, &shift, padding, 2, stride, 2, dilation, 2, like.groups, last, null, 0,
                    null, &result)
                : ((delegate* unmanaged<nint, nint, nint, nint*, long*, long, long*, long, long*, long, long, byte*,
                    double*, byte**, double**, long, byte**, nint*, int>)PointwiseSum)(
                    plus.Handle, x.Handle, weight.Handle, &shift, padding, 2, stride, 2, dilation, 2, like.groups, add,
                    null, relu ? &activation : null, null, 0, null, &result);
        }
        return failed == 0 ? Tensor.UnsafeCreateTensor(result) : null;
    }

    /// <summary>A convolution's weights in the order that oneDNN computes with, which <see cref="Convolve"/> would
    /// otherwise make at every call.</summary>
    /// <returns>An opaque tensor, owned by the current dispose scope.</returns>
    public static Tensor Pack(Tensor weight, Conv2d like)
    {
        lock (Packer)
        {
            return (Tensor)Packer.Value.invoke("pack", weight, like.padding![0], like.padding[1], like.stride![0],
                like.stride[1], like.dilation![0], like.dilation[1], like.groups);
        }
    }

    private static nint Find(string itanium, string? microsoft = null)
    {
        _ = torch.get_num_threads(); // libtorch must be there before it is asked for
        var (library, name) = OperatingSystem.IsWindows() ? ("torch_cpu", microsoft ?? itanium)
            : ("libtorch_cpu", itanium);
        return NativeLibrary.TryLoad(library, typeof(torch).Assembly, null, out var handle)
            && NativeLibrary.TryGetExport(handle, name, out var address)
            ? address
            : 0;
    }
}
