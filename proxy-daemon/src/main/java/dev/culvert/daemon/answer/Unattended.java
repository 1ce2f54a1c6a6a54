package dev.culvert.daemon.answer;

import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.turn.LiveTurn;
import dev.culvert.daemon.turn.TurnListener;
import dev.culvert.daemon.turn.TurnRequest;
import dev.culvert.frame.Frame;
import java.util.function.Consumer;

/**
 * Wants to read a turn to its end, whether a client waits for it or not. Confined to the event loop
 * of its request.
 */
public interface Unattended {
    /**
     * Whether the turn is read already, or was, so that nothing has to begin.
     *
     * @throws dev.culvert.daemon.http.ProblemException when its key was used for another message
     */
    boolean isRead(TurnRequest turn);

    /**
     * The turn begins, and the result listens to it.
     *
     * @param counted is to be told the last chunk, which is lent, if no other reader got it before
     */
    TurnListener begin(TurnRequest turn, Consumer<Frame> counted);

    /** It can be controlled from now on; it may have ended already. */
    void reads(LiveTurn begun);

    /** The caller is not let in any more. */
    void onDenied(Problem why);
}
