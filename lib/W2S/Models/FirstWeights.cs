using TorchSharp;
using W2S.Torch;

namespace W2S.Models;

/// <summary>First weights that depend on a seed alone and leave no trace.</summary>
internal static class FirstWeights
{
    /// <summary>Makes something while libtorch's generator stands at a seed; afterwards the generator is as
    /// before.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="make">What draws from the generator.</param>
    public static T Of<T>(long seed, Func<T> make)
    {
        using var generator = torch.get_rng_state();
        try
        {
            torch.manual_seed(Seeds.Derive(seed, Seeds.Initialisation));
            return make();
        }
        finally
        {
            torch.set_rng_state(generator);
        }
    }
}
