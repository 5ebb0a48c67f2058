// Page 05. Labels that may be wrong, teacher and student together: ten splits of two sets under two shapes of noise.
// Then students of every rule by which a weak label is picked or kept, on EuroSAT, and of the main ones on CIFAR-100's
// super-classes. Committed are the predictions under the page's claims alone. W2S_QUICK=1 leaves three splits of
// shapes.
NoiseSetting[] noises = [new(NoiseKind.Symmetric, .5), new(NoiseKind.Asymmetric, .4)];
GivenLabels[] given = quick ? [.. noises.Select(GivenLabels.Shapes)]
    : [.. noises.Select(GivenLabels.EuroSat), .. noises.Select(GivenLabels.Cifar100)];
LabelRule[] all = [.. LabelRule.Picks, .. LabelRule.Selections(.5), .. LabelRule.Ends];
LabelRule[] main = [.. LabelRule.KeyPicks, .. LabelRule.Ends];
var drawn = ChoiceTask.Shapes.Small with
    { Teachers = [ShapesPretraining.Weak, ShapesPretraining.Colours], Student = given[0].Strong };
(ChoiceTask Task, LabelRule[] Rules)[] choices = quick ? [(drawn, main)]
    : [(ChoiceTask.EuroSat, all), (ChoiceTask.Cifar100, main)];

Experiment[] runs = [.. from split in Enumerable.Range(0, quick ? 3 : 10)
    from run in given.Select(study => (Experiment)(study with { Seed = split })).Concat(
        from choice in choices from rule in choice.Rules
        select (Experiment)new ChoiceRun { Task = choice.Task, Rule = rule, Seed = split })
    select run];
