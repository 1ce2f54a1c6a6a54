package dev.culvert.daemon.approvals;

/**
 * What a {@code claim} of a guest says.
 *
 * @param id of the approval
 * @param claim random: which copy of the guest claims it
 * @param digest of the arguments with which the call would run
 * @param policy the version of the policy in force now
 * @param isSure whether no copy of the guest can have the same claim: its machine has a generation
 *     id, which is the same as when it made the claim
 */
record Claim(String id, String claim, String digest, String policy, boolean isSure) {
    boolean isOf(Approval approval) {
        return digest.equals(approval.call().digest()) && policy.equals(approval.call().policy());
    }
}
