// Fixtures have hubs, folders and ports of their own, and most of a test's time is waiting for a disk, a handshake or a client.
[assembly: Parallelizable(ParallelScope.Fixtures)]
