package dev.culvert.guest.session;

import dev.culvert.guest.approvals.PendingFiles.Kept;
import dev.culvert.guest.desired.DesiredState;
import dev.culvert.guest.policy.ToolGate;
import dev.culvert.guest.tools.Offer;
import dev.culvert.guest.tools.SavedRounds;
import dev.culvert.guest.tools.Workshop;
import dev.culvert.guest.turn.Turn;
import dev.culvert.guest.turn.Turns;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on with the turns that waited for an approval when an earlier process of the agent ended.
 */
public final class KeptTurns {
    private static final Logger LOG = LoggerFactory.getLogger(KeptTurns.class);

    private final Turns turns;
    private final DesiredState desired;
    private final Workshop workshop;

    public KeptTurns(Turns turns, DesiredState desired, Workshop workshop) {
        this.turns = turns;
        this.desired = desired;
        this.workshop = workshop;
    }

    /** On the event loop, before the first link. */
    public void goOn(List<Kept> all) {
        for (Kept kept : all) {
            try {
                goOn(kept);
                LOG.info(
                        "turn '{}' waits for an approval, as before the restart",
                        Quoted.word(kept.approval().turn()));
            } catch (IOException | RuntimeException e) {
                LOG.error(
                        "turn '{}', which waited for an approval, is lost",
                        Quoted.word(kept.approval().turn()),
                        e);
            }
        }
    }

    private void goOn(Kept kept) throws IOException {
        String id = kept.approval().turn();
        SavedRounds saved = SavedRounds.read(kept.turn());
        Offer offer = workshop.offerAgain(id, saved);
        Turn turn =
                turns.goOn(
                        id,
                        saved.turn(),
                        ToolGate.of(
                                desired.config().tools().asking(offer.approvable()), saved.who()),
                        workshop.approvals().settings().timeout());
        turn.settle();
        turn.start(
                offer.goingOn(turns.runtime(), saved, kept),
                saved.body(),
                saved.headers(),
                saved.kind());
        turn.onAnswer();
    }
}
