package dev.culvert.daemon.approvals;

class MemoryApprovalsTest implements ApprovalStoreContract {
    private final MemoryApprovals store = new MemoryApprovals();

    @Override
    public ApprovalStore open() {
        return store;
    }
}
