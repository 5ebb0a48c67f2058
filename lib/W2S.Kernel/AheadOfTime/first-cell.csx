// What Compile.targets runs to learn what a start compiles: the warm-up, which begins by itself, and a small cell.
await Task.Delay(TimeSpan.FromSeconds(2));
$"{Enumerable.Range(0, 3).Sum()}"
