package dev.culvert.daemon.approvals;

/** Is told of approvals. */
public interface ApprovalListener {
    /** This one is new, or has changed. Called on any thread. */
    void onChanged(Approval approval);
}
