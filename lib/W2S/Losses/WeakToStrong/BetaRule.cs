namespace W2S.Losses.WeakToStrong;

/// <summary>Where AdaptConf's β(x), the trust in the student's own label, comes from: the paper's rule and its
/// controls.</summary>
/// <remarks>z_w is the student's logit of the teacher's class, z_max its largest logit, σ the logistic
/// function.</remarks>
public enum BetaRule
{
    /// <summary>β = σ((z_w − z_max)/T), in [0, ½]: the paper's.</summary>
    Adaptive,

    /// <summary>β = a constant for all samples: shows what adapting adds.</summary>
    Fixed,

    /// <summary>β = σ((z_max − z_w)/T), in [½, 1]: trusts the student where it is sure and disagrees, as the paper's
    /// motivation says and its formula does not.</summary>
    Swapped,

    /// <summary>β = ½ where z_w = z_max, else 0: the limit T → 0, agreement alone.</summary>
    Gated,

    /// <summary>β = 1 where only the student is right, 0 where only the teacher is, ½ elsewhere; needs the
    /// truth.</summary>
    Oracle,
}
