// Runs that sleep as long as those of five pairs and three seeds train, a teacher and seven students each: a minute is
// MINUTE milliseconds, and every length has 15 % of jitter.
#load "notes.csx"

record Length(int Pair, int Number) : Experiment
{
    public double Time { get; init; }

    public Length? Teacher { get; init; }

    public override string Kind => "lengths";

    public override RunFacets Facets =>
        new() { Scenario = "lengths", Data = $"pair {Pair}", Variant = $"method {Number}" };

    public override double TestPerTrain => 0;

    public override long Seed { get; init; }

    public override IReadOnlyList<Experiment> Needs => Teacher is null ? [] : [Teacher];

    protected override RunOutcome Run(RunContext context)
    {
        Notes.Add($"{Pair}-{Number}-{Seed}", "start");
        context.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(Time));
        context.Token.ThrowIfCancellationRequested();
        Notes.Add($"{Pair}-{Number}-{Seed}", "end");
        return new RunOutcome
        {
            Values = new Dictionary<string, double> { ["length"] = Time, ["chain"] = Time + (Teacher?.Time ?? 0) },
        };
    }
}

var minute = int.Parse(Environment.GetEnvironmentVariable("MINUTE") ?? "1000") / 1000.0;
double[] minutes = [8, 20, 35, 60, 110]; // a student's, pair by pair; a teacher's are half of them
var random = new Random(1);
double Jitter(double length) => length * minute * (.85 + .3 * random.NextDouble());

Experiment[] runs = [.. from pair in Enumerable.Range(0, 5)
    from seed in Enumerable.Range(0, 3)
    let teacher = new Length(pair, 0) { Seed = seed, Time = Jitter(minutes[pair] / 2) }
    from number in Enumerable.Range(0, 8)
    select number == 0 ? teacher
        : new Length(pair, number) { Seed = seed, Time = Jitter(minutes[pair]), Teacher = teacher }];
