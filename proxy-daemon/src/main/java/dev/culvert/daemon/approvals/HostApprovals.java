package dev.culvert.daemon.approvals;

import dev.culvert.audit.AuditLog;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/**
 * Approvals that the daemon itself asks for, in the same list as those of agents. Asking, using and
 * withdrawing block: they run on the workers, under {@link Question#asker}.
 */
public final class HostApprovals {
    /** Said of approvals in which no policy of an agent is involved. */
    private static final String POLICY = "none";

    private static final int ID_BYTES = 16;

    private final Approvals approvals;

    public HostApprovals(Approvals approvals) {
        this.approvals = approvals;
    }

    /**
     * What somebody is to decide.
     *
     * @param key by which it is the same question when it is asked again
     * @param asker in the place of an agent's id; no agent can have this name
     * @param turn and {@code callId}, where the call is
     * @param tool what is to be done
     * @param arguments JSON: what whoever decides has to know
     * @param why one sentence
     * @param expires when it counts as denied
     */
    public record Question(
            String key,
            String asker,
            String tenant,
            String turn,
            String callId,
            String tool,
            String arguments,
            String why,
            Instant expires) {
        /** The id of the approval: nobody can guess it who does not know the key. */
        public String id() {
            byte[] digest = sha256("approval/" + key);
            return "ap_"
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(Arrays.copyOf(digest, ID_BYTES));
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    public Instant now() {
        return approvals.now();
    }

    /**
     * Asks, or finds the same question. Blocks.
     *
     * @throws IOException one clause, when it cannot be asked
     */
    public Approval ask(Question question) throws IOException {
        ParkedCall call =
                new ParkedCall(
                        question.turn(),
                        question.callId(),
                        question.tool(),
                        question.arguments(),
                        AuditLog.digest(question.arguments()),
                        POLICY,
                        "",
                        Quoted.sentence(question.why()));
        try {
            return approvals.ask(
                    question.asker(),
                    question.tenant(),
                    new Ask(question.id(), call, question.expires()));
        } catch (ApprovalException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /**
     * What was allowed is done now, once. Blocks.
     *
     * @throws IOException one clause, when it is not allowed any more
     */
    public void use(Question question) throws IOException {
        Claim claim =
                new Claim(
                        question.id(),
                        question.id(), // there is one of the daemon
                        AuditLog.digest(question.arguments()),
                        POLICY,
                        true);
        try {
            approvals.claim(question.asker(), claim, this);
        } catch (ApprovalException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Nobody needs to decide any more. Blocks. */
    public void withdraw(Question question, String why) throws IOException {
        approvals.withdraw(question.id(), Approvals.DAEMON, why);
    }

    /** Tells {@code listener} of each approval that is new or has changed, on any thread. */
    public void listen(ApprovalListener listener) {
        approvals.listen(listener);
    }

    public void forget(ApprovalListener listener) {
        approvals.forget(listener);
    }
}
