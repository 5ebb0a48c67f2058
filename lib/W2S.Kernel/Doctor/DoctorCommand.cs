using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Doctor;

/// <summary>The verb <c>doctor</c>: says what is there of all that the collection needs, and what to do about the
/// rest.</summary>
internal static class DoctorCommand
{
    /// <summary>Looks at a repository and the machine.</summary>
    /// <param name="arguments">The repository's folder.</param>
    /// <returns>The exit status: 0, 1 where something must be cured, 2 for bad input.</returns>
    public static int Run(IReadOnlyList<string> arguments)
    {
        if (arguments is not [var root] || !File.Exists(Path.Combine(root, "W2S.Notebooks.sln")))
        {
            HostConsole.Error.WriteLine("w2s: doctor takes the repository's folder; run ./w2s doctor");
            return 2;
        }
        var findings = new Examination(Path.GetFullPath(root)).Findings().ToList();
        var width = findings.Max(finding => finding.Subject.Length);
        foreach (var finding in findings)
        {
            var mark = finding.State switch
            {
                FindingState.Good => "ok",
                FindingState.Missing => "--",
                _ => "!!",
            };
            HostConsole.Out.WriteLine($"{mark}  {finding.Subject.PadRight(width)}  {finding.Text}");
            if (finding.Cure is not null) HostConsole.Out.WriteLine($"{"",4}{"".PadRight(width)}  → {finding.Cure}");
        }
        return findings.Exists(finding => finding.State == FindingState.Broken) ? 1 : 0;
    }
}
