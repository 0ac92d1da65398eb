// Each test starts processes of its own on two cores: one after the other is faster than all at once.
[assembly: NonParallelizable]
