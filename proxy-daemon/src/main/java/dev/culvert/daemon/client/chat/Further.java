package dev.culvert.daemon.client.chat;

import dev.culvert.policy.Action;
import dev.culvert.policy.Action.Access;
import dev.culvert.policy.Policy;
import dev.culvert.policy.Verdict;
import java.util.function.Predicate;

/**
 * What a call may do besides what was decided: the files and folders that a search finds. Whoever
 * allows a search has not seen them, so that adds only those that may be read or listed without
 * asking. For one call, on one thread.
 */
final class Further implements Predicate<Action> {
    private final Policy policy;
    private final boolean isAsked;
    private int leftOut;

    /**
     * @param verdict on the call
     */
    Further(Policy policy, Verdict verdict) {
        this.policy = policy;
        isAsked = verdict == Verdict.ASK;
    }

    @Override
    public boolean test(Action more) {
        return switch (policy.decide(more).verdict()) {
            case ALLOW -> true;
            case ASK -> isAsked && isFree(more);
            case DENY -> false;
        };
    }

    private boolean isFree(Action more) {
        boolean isFree =
                more instanceof Action.File file
                        && policy.decide(plain(file)).verdict() == Verdict.ALLOW;
        leftOut += isFree ? 0 : 1;
        return isFree;
    }

    /** The same without a search. */
    private static Action plain(Action.File file) {
        String tool = file.access() == Access.LIST ? "list_dir" : "read_file";
        return new Action.File(tool, file.path(), file.access(), file.bytes());
    }

    /** For the model; empty if nothing was left out. */
    String leftOut() {
        return leftOut == 0
                ? ""
                : "\n[left out: %d files or folders that need a question of their own; read_file and list_dir ask it]"
                        .formatted(leftOut);
    }
}
