package dev.culvert.link;

import dev.culvert.frame.Frame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it is told, as text: each reply's payload, then "done" or "failed". */
final class ScriptedListener implements ReplyListener {
    private final List<String> replies = new CopyOnWriteArrayList<>();
    private final List<String> ends = new CopyOnWriteArrayList<>();
    private final List<Failure> failures = new CopyOnWriteArrayList<>();

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
