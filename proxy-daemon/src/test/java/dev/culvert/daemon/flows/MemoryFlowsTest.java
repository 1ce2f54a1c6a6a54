package dev.culvert.daemon.flows;

class MemoryFlowsTest implements FlowStoreContract {
    private final MemoryFlows store = new MemoryFlows();

    @Override
    public FlowStore open() {
        return store;
    }
}
