package dev.culvert.guest.runtime;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.runtime.Completion.ToolCallPart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells the listener the name of each tool call before its fragments.
 *
 * <p>A name may come in pieces. It is known once arguments, another call or the end follow; until
 * then the fragments are held back. Some servers repeat the whole name: a piece that equals the
 * name so far is not appended. If a piece makes a known name longer, the longer name is told before
 * its fragment, so that no split name passes the allow-list.
 */
final class ToolCalls {

    private static final int MAX_CALLS = 1024;

    private static final class Call {
        private String id = "";
        private String name = "";
        private boolean known;

        private boolean isOther(ToolCallPart part) {
            return !id.isEmpty() && !part.id().isEmpty() && !id.equals(part.id());
        }

        /** Returns whether the name has changed. */
        private boolean join(ToolCallPart part) {
            id = id.isEmpty() ? part.id() : id;
            if (part.name().isEmpty() || part.name().equals(name)) {
                return false;
            }
            name += part.name();
            return true;
        }
    }

    private final GenerationListener listener;
    private final int maxHeldChars;
    private final Map<Integer, Call> calls = new HashMap<>();
    private final List<String> held = new ArrayList<>();
    private int heldChars;

    /** The call that began last; only its name may be unknown. */
    private @Nullable Call latest;

    ToolCalls(GenerationListener listener, int maxHeldChars) {
        this.listener = listener;
        this.maxHeldChars = maxHeldChars;
    }

    void add(List<ToolCallPart> parts, String rawJson) throws FailedGenerationException {
        parts.forEach(this::add);
        held.add(rawJson);
        heldChars += rawJson.length();
        if (latest == null || latest.known) {
            handOn();
        } else if (heldChars > maxHeldChars) {
            throw tooLarge(
                    "The name of a tool call spreads over more than "
                            + maxHeldChars
                            + " characters of fragments");
        }
        if (calls.size() > MAX_CALLS) {
            throw tooLarge("The runtime's answer calls more than " + MAX_CALLS + " tools");
        }
    }

    /** No piece of a name can follow: tells the latest name, and passes on what was held back. */
    void settle() {
        nameLatest();
        handOn();
    }

    private void add(ToolCallPart part) {
        Call call = calls.get(part.index());
        if (call == null || call.isOther(part)) {
            nameLatest();
            call = new Call();
            calls.put(part.index(), call);
            latest = call;
        }
        boolean renamed = call.join(part);
        if (call.known ? renamed : part.hasArguments()) {
            tell(call);
        }
    }

    private void nameLatest() {
        if (latest != null && !latest.known) {
            tell(latest);
        }
    }

    private void tell(Call call) {
        call.known = true;
        listener.onToolCall(call.name);
    }

    private void handOn() {
        held.forEach(listener::onToolCallFragment);
        held.clear();
        heldChars = 0;
    }

    private static FailedGenerationException tooLarge(String what) {
        return new FailedGenerationException(
                ErrorCode.RESPONSE_TOO_LARGE,
                what + "; look into the model's output at the runtime.");
    }
}
