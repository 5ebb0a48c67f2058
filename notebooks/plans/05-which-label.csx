// Page 05: students of every rule by which a label is picked or kept, on CIFAR-100 and on EuroSAT, five splits.
// W2S_QUICK=1 leaves three splits of few images.
ChoiceTask[] tasks = quick ? [ChoiceTask.Cifar100.Small] : [ChoiceTask.Cifar100, ChoiceTask.EuroSat];
LabelRule[] rules = [.. LabelRule.Picks, .. LabelRule.Selections(.5), .. LabelRule.Ends];

Experiment[] runs = [.. from task in tasks
    from split in Enumerable.Range(0, quick ? 3 : 5)
    from rule in rules
    select new ChoiceRun { Task = task, Rule = rule, Seed = split }];
