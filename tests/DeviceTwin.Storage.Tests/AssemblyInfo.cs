// Fixtures have databases of their own, and half of a test's time is waiting for a disk.
[assembly: Parallelizable(ParallelScope.Fixtures)]
