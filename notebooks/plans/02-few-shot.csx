// Both stages of page 02: a weak teacher and every student over three seeds. W2S_QUICK=1 leaves seconds on drawn
// images.
var study = quick ? FewShotStudy.Quick : FewShotStudy.Small;

Experiment[] runs = [.. study.ClassifierRuns, .. study.MetaRuns];
