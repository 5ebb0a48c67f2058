// Trained networks: every method at one teacher (the four that matter over ten seeds, the rest over five), three more
// teachers from hopeless to as good as the student, and a student of a second family. 185 runs of minutes; W2S_QUICK=1
// leaves a smoke test.
var plan = quick ? DistillationPlan.Quick : DistillationPlan.Trained;
DistillationLoss[] methods = [new Kd(), new AugConf(), new AdaptConf()];
Loss[] more =
[
    new FitNet(), new Rkd(), new Dkd(), new CrossEntropy { Smoothing = .1 }, new VirtualTeacher(),
    new AdaptConf { Rule = BetaRule.Fixed, FixedBeta = .25 }, new AdaptConf { Rule = BetaRule.Swapped },
    new AdaptConf { Rule = BetaRule.Gated },
];
var (many, few) = quick ? (1, 1) : (10, 5);

// The ladder's teachers: two epochs, ten epochs, and the student's own architecture, taught by labels with another
// seed's first weights.
(string Rung, DistillationPlan Plan)[] ladder =
[
    ("teacher of 2 epochs", plan with { TeacherEpochs = 2 }),
    ("teacher of 10 epochs", plan with { TeacherEpochs = 10 }),
];

IEnumerable<TrainNetwork> Rung(string name, DistillationPlan rung, Func<long, TrainNetwork> teacher) =>
    Enumerable.Range(0, few).SelectMany(seed => methods.Select(
        loss => rung.WithLabels(loss, seed) with { Teacher = teacher(seed), Variant = name }));

Experiment[] runs =
[
    .. plan.Runs(methods, methods, many),
    .. Enumerable.Range(0, few).SelectMany(seed => more.Select(loss => plan.WithLabels(loss, seed))),
    .. quick ? [] : ladder.SelectMany(rung => Rung(rung.Rung, rung.Plan, seed => rung.Plan.TeacherRun(seed))),
    .. quick ? [] : Rung("born again", plan, seed => plan.Alone((seed + 1) % few)),
    .. quick ? [] : (plan with { Student = "vgg8" }).Runs(methods, [], few),
];
