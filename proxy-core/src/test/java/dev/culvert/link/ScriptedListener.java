package dev.culvert.link;

import dev.culvert.frame.Frame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Keeps what it is told, as text: each reply's payload, then "done" or "failed". */
final class ScriptedListener implements ReplyListener {
    private final List<String> replies = Collections.synchronizedList(new ArrayList<>());
    private final List<String> ends = Collections.synchronizedList(new ArrayList<>());
    private final List<Failure> failures = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void onReply(Frame reply) {
        replies.add(reply.payload().toString(StandardCharsets.UTF_8));
    }

    @Override
    public void onDone() {
        ends.add("done");
    }

    @Override
    public void onFailure(Failure failure) {
        ends.add("failed");
        failures.add(failure);
    }

    List<String> replies() {
        return replies;
    }

    /** Should never hold more than one. */
    List<String> ends() {
        return ends;
    }

    Failure failure() {
        return failures.getFirst();
    }
}
