// The published setting of page 02, for a GPU: ResNet-12 teaches ResNet-36 on 80 pixels, both stages, three seeds.
Experiment[] runs = [.. FewShotStudy.Paper.ClassifierRuns, .. FewShotStudy.Paper.MetaRuns];
