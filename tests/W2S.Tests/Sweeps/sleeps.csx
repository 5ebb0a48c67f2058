// Runs that sleep and note it in files beside the one that W2S_TEST_LOG names: SLEEPS of them, LENGTH milliseconds
// each. With FAILS the fourth fails as long as there is no file of the log's name and .mended, and the sixth needs it.
#load "notes.csx"

record Sleeps(int Number) : Experiment
{
    public double Length { get; init; }

    public bool Fails { get; init; }

    public Sleeps? After { get; init; }

    public override string Kind => "sleeps";

    public override RunFacets Facets =>
        new() { Scenario = "sleeps", Data = $"{Length} s", Variant = $"sleep {Number}" };

    public override double TestPerTrain => 0;

    public override long Seed { get; init; }

    public override IReadOnlyList<Experiment> Needs => After is null ? [] : [After];

    protected override RunOutcome Run(RunContext context)
    {
        Notes.Add($"{Number}", "start");
        context.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(Length));
        context.Token.ThrowIfCancellationRequested();
        if (Fails && !File.Exists($"{Environment.GetEnvironmentVariable("W2S_TEST_LOG")}.mended"))
            throw new InvalidOperationException($"no good: {Number}");
        Notes.Add($"{Number}", "end");
        return new RunOutcome { Values = new Dictionary<string, double> { ["number"] = Number } };
    }
}

int Given(string name) => int.Parse(Environment.GetEnvironmentVariable(name) ?? "0");

var length = Given("LENGTH") / 1000.0;
var fails = new Sleeps(3) { Length = length, Fails = Given("FAILS") > 0 };
Experiment[] runs = [.. Enumerable.Range(0, Given("SLEEPS")).Select(number => number == 3 ? fails
    : new Sleeps(number) { Length = length, After = number == 5 && fails.Fails ? fails : null })];
