package dev.culvert.daemon.approvals;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.audit.AuditLog;
import dev.culvert.daemon.approvals.ApprovalObserver.Refusal;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.Frame;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonMembers;
import io.netty.buffer.ByteBuf;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what guests ask and claim (approvals.md). Whoever does not know a member ignores it. */
final class FrameReader {
    private static final Pattern ID = Pattern.compile("ap_[A-Za-z0-9_-]{22}");
    private static final Pattern CLAIM = Pattern.compile("[A-Za-z0-9_-]{22,128}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final int MOST_CHARACTERS = 256;
    private static final String ARGUMENTS = "arguments";
    private static final List<String> KNOWN =
            List.of(
                    "approval_id",
                    "turn",
                    "call_id",
                    "tool_name",
                    ARGUMENTS,
                    "digest",
                    "policy",
                    "rule",
                    "why",
                    "expires",
                    "claim");

    private final ByteBuf payload;
    private final Map<String, String> texts = new HashMap<>();
    private int argumentsStart = -1;
    private int argumentsEnd;

    /** Borrows the frame as long as it is used. */
    private FrameReader(Frame frame) throws ApprovalException {
        payload = frame.payload();
        JsonMembers members = frame.members();
        while (members.next()) {
            String name = known(members);
            if (name != null) {
                read(name, members);
            }
        }
    }

    /** Null for any other: whoever sends many of those must not fill the memory. */
    private static @Nullable String known(JsonMembers members) {
        for (String name : KNOWN) {
            if (members.isNamed(name)) {
                return name;
            }
        }
        return null;
    }

    private void read(String name, JsonMembers members) throws ApprovalException {
        byte kind = members.kind();
        if (name.equals(ARGUMENTS)) {
            if (kind != '{' || argumentsStart >= 0) {
                throw ApprovalException.malformed("'arguments' must be one object");
            }
            argumentsStart = members.valueStart();
            argumentsEnd = members.valueEnd();
        } else if (kind == '"') {
            if (texts.put(name, members.text()) != null) {
                throw ApprovalException.malformed("'" + name + "' is there twice");
            }
        } else if (kind != 'n') {
            throw ApprovalException.malformed("'" + name + "' must be a string");
        }
    }

    /**
     * Reads an {@code approve}. Borrows the frame.
     *
     * @param mostBytes of the arguments
     */
    static Ask ask(Frame approve, int mostBytes) throws ApprovalException {
        FrameReader in = new FrameReader(approve);
        String id = in.matching("approval_id", ID, "is ap_ and 22 characters");
        String digest = in.matching("digest", DIGEST, "is sha256: and 64 hexadecimal digits");
        String arguments = in.arguments(mostBytes);
        if (!AuditLog.digest(arguments).equals(digest)) {
            throw ApprovalException.malformed(
                    "'digest' is not that of the bytes of 'arguments' as they were sent");
        }
        ParkedCall call =
                new ParkedCall(
                        in.word("turn"),
                        in.word("call_id"),
                        in.word("tool_name"),
                        arguments,
                        digest,
                        in.word("policy"),
                        Quoted.word(in.textOrEmpty("rule")),
                        Quoted.sentence(in.textOrEmpty("why")));
        return new Ask(id, call, in.expires());
    }

    /** Reads a {@code claim}. Borrows the frame. */
    static Claim claim(Frame claim) throws ApprovalException {
        FrameReader in = new FrameReader(claim);
        return new Claim(
                in.matching("approval_id", ID, "is ap_ and 22 characters"),
                in.matching("claim", CLAIM, "has 22 to 128 letters, digits, '-' and '_'"),
                in.matching("digest", DIGEST, "is sha256: and 64 hexadecimal digits"),
                in.word("policy"),
                claim.isTrue("generation"));
    }

    /** Reads a {@code withdraw}: the id of the approval. Borrows the frame. */
    static String withdrawn(Frame withdraw) throws ApprovalException {
        return new FrameReader(withdraw).matching("approval_id", ID, "is ap_ and 22 characters");
    }

    private String text(String name) throws ApprovalException {
        String text = texts.get(name);
        if (text == null) {
            throw ApprovalException.malformed("'" + name + "' is missing");
        }
        return text;
    }

    private String textOrEmpty(String name) {
        return texts.getOrDefault(name, "");
    }

    private String matching(String name, Pattern pattern, String takes) throws ApprovalException {
        String text = text(name);
        if (!pattern.matcher(text).matches()) {
            throw ApprovalException.malformed("'" + name + "' " + takes);
        }
        return text;
    }

    /** People read it, and a database has to give it back as it is. */
    private String word(String name) throws ApprovalException {
        String text = text(name);
        if (text.isEmpty() || !Quoted.cut(text, MOST_CHARACTERS).equals(text)) {
            throw ApprovalException.malformed(
                    "'%s' has 1 to %d characters, all visible".formatted(name, MOST_CHARACTERS));
        }
        return text;
    }

    private String arguments(int mostBytes) throws ApprovalException {
        int bytes = argumentsEnd - argumentsStart;
        if (argumentsStart < 0) {
            throw ApprovalException.malformed("'arguments' are missing: they are an object");
        }
        if (bytes > mostBytes) {
            throw new ApprovalException(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    Refusal.LIMIT,
                    "the arguments have %d bytes, and the host takes at most %d (approvals.max_arguments_bytes)"
                            .formatted(bytes, mostBytes));
        }
        return payload.toString(argumentsStart, bytes, UTF_8);
    }

    private Instant expires() throws ApprovalException {
        try {
            return Instant.parse(text("expires"));
        } catch (DateTimeException _) {
            throw ApprovalException.malformed(
                    "'expires' must be a time such as 2026-11-30T12:00:00Z");
        }
    }
}
