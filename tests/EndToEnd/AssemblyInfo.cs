// Each test starts processes of its own and mostly waits for them: two at a time keep both cores at work.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(2)]
