package dev.culvert.daemon.enrol;

import dev.culvert.identity.Register;

/** Who a guest says that it is, before it has proved it. */
sealed interface Candidate {
    String agentId();

    /** It has shown a token, and will get an identity. */
    record Newcomer(Enrolment enrolment, Enrolment.Claim claim, Register register)
            implements Candidate {
        @Override
        public String agentId() {
            return claim.agentId();
        }
    }

    /** It has used a token before, and nobody knows whether it got its identity. */
    record Claimant(Enrolment enrolment, Enrolment.Claim claim) implements Candidate {
        @Override
        public String agentId() {
            return claim.agentId();
        }
    }

    /** It has an identity. */
    record Known(String agentId) implements Candidate {}

    /** It is a copy of another guest, and becomes an agent of its own. */
    record Copy(String parent, String agentId) implements Candidate {}
}
