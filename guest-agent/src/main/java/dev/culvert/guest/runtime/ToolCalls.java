package dev.culvert.guest.runtime;

import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.runtime.Completion.ToolCallPart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells the names of tool calls before their fragments.
 *
 * <p>A name may come in pieces, and is known when arguments, another call or the end come; until
 * then the fragments are held back. A piece that equals all that came so far is a server repeating
 * itself and is not joined. A piece that makes a known name longer has the longer name told before
 * its fragment, so that splitting leads past no allow-list.
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

        /** Whether the name has become another one. */
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

    /** The call begun last: the only one whose name may be unknown. */
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
                    "The name of a tool call goes on over more than "
                            + maxHeldChars
                            + " characters");
        }
        if (calls.size() > MAX_CALLS) {
            throw tooLarge("The runtime's answer calls more than " + MAX_CALLS + " tools");
        }
    }

    /** No piece of a name can follow: tells the one that is open and hands on what was held. */
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
