using System.Reflection;
using TorchSharp;
using W2S.Losses;
using static TorchSharp.torch;

namespace W2S.Tests.Losses;

/// <summary>
/// TorchSharp makes a Scalar inside some operators (a + b, square(), x · 2) and leaves it to the finalizer; a
/// collection that another thread asks for can free it while libtorch still reads it. Found by probes side by side on a
/// busy machine: a sum that failed, once in some million.
/// </summary>
public sealed class ImplicitScalarTests
{
    private static readonly HashSet<MethodBase> Makers = [.. typeof(Tensor)
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(method => Calls(method).Any(IsConversion))];

    [Fact]
    public void NothingInAStepMakesAScalarThatNobodyHolds()
    {
        Assert.Contains(Makers, method => method.Name == "add"); // else the search finds nothing
        var step = typeof(Loss).Assembly.GetTypes().Where(type => Outermost(type) is { } owner
            && (owner.Namespace == "W2S.Losses"
                || owner.Name is "ProbeTraining" or "GraphProbe" or "ClosedFormProbe" or "ProbeFeatures" or "LossMeter"
                or "TrainingStep" or "TrainingState" or "Supervision" or "Teacher" or "Optimizer"
                || owner.Name.EndsWith("State", StringComparison.Ordinal) && owner.Namespace == "W2S.Training"));
        var found = step.SelectMany(type => type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
            .SelectMany(
                method => Calls(method).Where(called => Makers.Contains(called) || IsConversion(called)).Select(
                    called => $"{method.DeclaringType}.{method.Name} calls {Signature(called)}"));
        Assert.Empty(found);

        static string Signature(MethodBase method) =>
            $"{method.Name}({string.Join(", ", method.GetParameters().Select(x => x.ParameterType.Name))})";
    }

    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static bool IsConversion(MethodBase called) =>
        called is { Name: "op_Implicit" } && called.DeclaringType == typeof(Scalar);

    /// <summary>Every method that a method calls, read from its code: 0x28 is call, 0x6F callvirt.</summary>
    private static IEnumerable<MethodBase> Calls(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var (types, methods) = (method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null,
            method.IsGenericMethod ? method.GetGenericArguments() : null);
        for (var i = 0; i + 4 < code.Length; i++)
        {
            if (code[i] is not (0x28 or 0x6F)) continue;
            MethodBase? called = null;
            try
            {
                called = method.Module.ResolveMethod(BitConverter.ToInt32(code, i + 1), types, methods);
            }
            catch (Exception error) when (error is ArgumentException or BadImageFormatException)
            {
                continue; // bytes of an operand that look like a call
            }
            if (called is not null) yield return called;
        }
    }
}
