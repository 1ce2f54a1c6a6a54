package dev.culvert.frame;

import dev.culvert.json.JsonScanner;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Checks a payload against the schema of a chunk while its members are read. Reusable. */
final class ChunkShape {
    private static final int QUOTE = 1;
    private static final String TWICE = "appears twice";

    private enum Member {
        CONTENT("is not a string"),
        DONE("is not true or false"),
        FINISH_REASON("is not a string"),
        USAGE("is not an object"),
        TOOL_CALLS("is not an array of objects"),
        REASONING("is not a string"),
        ANTHROPIC("is not an object");

        static final List<Member> ALL = List.of(values());
        static final int REQUIRED = CONTENT.bit | DONE.bit;

        final String wireName = name().toLowerCase(Locale.ROOT);

        @SuppressWarnings("EnumOrdinal") // each needs a bit of its own, no matter which
        final int bit = 1 << ordinal();

        final String wrongKind;

        Member(String wrongKind) {
            this.wrongKind = wrongKind;
        }

        boolean takes(byte kind) {
            return switch (this) {
                case CONTENT, FINISH_REASON, REASONING -> kind == '"';
                case DONE -> kind == 't' || kind == 'f';
                case USAGE, ANTHROPIC -> kind == '{';
                case TOOL_CALLS -> kind == '[';
            };
        }
    }

    private boolean hasPayload;
    private boolean isObject;
    private boolean isLast;
    private int seen;
    private @Nullable Member faulty;
    private String fault = "";
    private int base;
    private int contentStart;
    private int contentEnd;

    /** Forgets the last payload. */
    void clear() {
        hasPayload = false;
        isObject = false;
        isLast = false;
        seen = 0;
        faulty = null;
    }

    /** {@code text} is about to read the payload. */
    void begin(JsonScanner text) {
        hasPayload = true;
        isObject = text.kind() == '{';
        base = text.valueStart();
    }

    /** Steps over the value of the member that {@code text} is at. */
    void pass(JsonScanner text) {
        Member member = member(text);
        if (member == null) {
            text.skip();
            return;
        }
        if ((seen & member.bit) != 0) {
            note(member, TWICE);
        }
        seen |= member.bit;
        boolean fits = member.takes(text.kind());
        isLast |= member == Member.DONE && text.kind() == 't';
        if (fits && member == Member.TOOL_CALLS) {
            fits = text.skipArrayOf((byte) '{');
        } else {
            text.skip();
        }
        if (member == Member.CONTENT) {
            contentStart = text.valueStart() - base + QUOTE;
            contentEnd = text.valueEnd() - base - QUOTE;
        }
        if (!fits) {
            note(member, member.wrongKind);
        }
    }

    private void note(Member member, String what) {
        if (faulty == null) {
            faulty = member;
            fault = what;
        }
    }

    private static @Nullable Member member(JsonScanner text) {
        if (text.isNameEscaped()) {
            for (Member member : Member.ALL) {
                if (text.isNamed(member.wireName)) {
                    return member;
                }
            }
            return null;
        }
        Member likely = switch (text.nameBytes()) { // only two are of the same length
                    case 7 -> Member.CONTENT;
                    case 4 -> Member.DONE;
                    case 13 -> Member.FINISH_REASON;
                    case 5 -> Member.USAGE;
                    case 10 -> Member.TOOL_CALLS;
                    case 9 ->
                            text.isNamed(Member.REASONING.wireName)
                                    ? Member.REASONING
                                    : Member.ANTHROPIC;
                    default -> null;
                };
        return likely != null && text.isNamed(likely.wireName) ? likely : null;
    }

    /** Whether the chunk says that it is the last one. */
    boolean isLast() {
        return isLast;
    }

    /** Whether it is not the last, and has no other member of a chunk than its text. */
    boolean isOnlyText() {
        return seen == Member.REQUIRED && !isLast && faulty == null && isObject;
    }

    /** Where the text begins in the payload, after its quote. */
    int contentStart() {
        return contentStart;
    }

    /** Where the text ends in the payload, before its quote. */
    int contentEnd() {
        return contentEnd;
    }

    /** What is wrong with the chunk, in words that follow "a chunk"; null where nothing is. */
    @Nullable String fault() {
        if (!hasPayload) {
            return "without a payload";
        }
        if (!isObject) {
            return "whose payload is not an object";
        }
        Member wrong = faulty;
        if (wrong != null) {
            String opening = fault.equals(TWICE) ? "in which '" : "whose '";
            return opening + wrong.wireName + "' " + fault;
        }
        int missing = Member.REQUIRED & ~seen;
        if (missing == 0) {
            return null;
        }
        Member first = (missing & Member.CONTENT.bit) != 0 ? Member.CONTENT : Member.DONE;
        return "without '" + first.wireName + "'";
    }
}
