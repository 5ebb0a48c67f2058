// The plan of verbs that read the store alone.
Experiment[] runs = [];
