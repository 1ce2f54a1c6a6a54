package dev.culvert.daemon.continuations;

class MemoryContinuationsTest implements ContinuationStoreContract {
    private final ContinuationStore store = new MemoryContinuations();

    @Override
    public ContinuationStore open() {
        return store;
    }
}
