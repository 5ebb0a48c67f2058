// Where the runs of the plans beside this file note what they do: a file each beside the one that W2S_TEST_LOG names.
// Processes that append to one file at the same moment write over each other.
static class Notes
{
    public static void Add(string run, string what) => File.WriteAllText(
        $"{Environment.GetEnvironmentVariable("W2S_TEST_LOG")}.{Guid.NewGuid()}.note",
        $"{run} {Environment.ProcessId} {DateTime.UtcNow.Ticks} {what}\n");
}
