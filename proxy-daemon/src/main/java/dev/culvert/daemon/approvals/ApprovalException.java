package dev.culvert.daemon.approvals;

import dev.culvert.daemon.approvals.ApprovalObserver.Refusal;
import dev.culvert.frame.ErrorCode;

/** A guest cannot have what it asks for. */
final class ApprovalException extends Exception {
    private static final long serialVersionUID = 1;

    private final ErrorCode code;
    private final Refusal refusal;

    /**
     * @param sentence without an end
     */
    ApprovalException(ErrorCode code, Refusal refusal, String sentence) {
        super(sentence, null, false, false);
        this.code = code;
        this.refusal = refusal;
    }

    static ApprovalException malformed(String sentence) {
        return new ApprovalException(ErrorCode.INVALID_PAYLOAD, Refusal.MALFORMED, sentence);
    }

    static ApprovalException changed(String sentence) {
        return new ApprovalException(ErrorCode.APPROVAL_CHANGED, Refusal.CHANGED, sentence);
    }

    static ApprovalException otherCall() {
        return changed(
                "the host knows this approval_id, of another call: each call needs one of its own");
    }

    /** The guest asks again later. */
    static ApprovalException overloaded(String sentence) {
        return new ApprovalException(ErrorCode.OVERLOADED, Refusal.LIMIT, sentence);
    }

    /** The guest asks again later. */
    static ApprovalException notStored() {
        return new ApprovalException(
                ErrorCode.INTERNAL,
                Refusal.NOT_STORED,
                "the host could not store it, and its log says why");
    }

    ErrorCode code() {
        return code;
    }

    /** Whether the guest may have it later. */
    boolean isTemporary() {
        return code == ErrorCode.OVERLOADED || code == ErrorCode.INTERNAL;
    }

    Refusal refusal() {
        return refusal;
    }
}
