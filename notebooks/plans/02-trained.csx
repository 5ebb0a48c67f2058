// Base stages trained to the end on CIFAR-FS: a weak teacher and every student over four seeds, both stages.
// W2S_QUICK=1 leaves seconds on drawn images.
var study = quick ? FewShotStudy.Quick : FewShotStudy.Trained;

Experiment[] runs = [.. study.ClassifierRuns, .. study.MetaRuns];
