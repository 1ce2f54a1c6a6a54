package dev.culvert.daemon.turn;

import dev.culvert.daemon.turn.LinkSearch.Kind;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.FrameType;
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Exchange;
import dev.culvert.link.Failure;
import dev.culvert.link.Feature;
import dev.culvert.link.Lane;
import dev.culvert.link.ReplyListener;
import io.netty.channel.EventLoop;

/**
 * The agent's side of a reading: finds a link, opens the exchange on it, and resumes on another
 * link after a loss. Confined to the client's event loop.
 */
final class AgentSide implements LinkSearch.Seeker, DialListener {
    /** The reading; it is told every reply, too. */
    interface Owner extends ReplyListener {
        /** Whether the turn has to stop as soon as the agent can be told. */
        boolean isStopping();

        /** The message was sent. */
        void onSent();

        /** The agent cannot be asked, or not again; there is no exchange. */
        void fail(Failure failure);
    }

    /** How the reading is connected to the agent. */
    private sealed interface Phase {
        Phase NEW = new New();
        Phase DIALLING = new Dialling(false);
        Phase QUEUED = new Dialling(true);
        Phase ENDED = new Ended();

        /** Nothing has been done yet. */
        record New() implements Phase {}

        /**
         * Waits for the road to give any open link.
         *
         * @param queued whether there was none at once
         */
        record Dialling(boolean queued) implements Phase {}

        /**
         * Searches for a link that meets further conditions.
         *
         * @param again whether this reading sent a request before, on a link that was lost
         */
        record Waiting(LinkSearch search, boolean again) implements Phase {}

        /** The request was sent, and the agent answers over this link. */
        record Reading(AgentLink link, Exchange exchange) implements Phase {}

        /** The reading is over; the turn itself may go on. */
        record Ended() implements Phase {}
    }

    private final TurnNeeds needs;
    private final EventLoop loop;
    private final TurnRequest request;
    private final Progress progress;
    private final Owner owner;
    private Phase phase = Phase.NEW;

    AgentSide(
            TurnNeeds needs, EventLoop loop, TurnRequest request, Progress progress, Owner owner) {
        this.needs = needs;
        this.loop = loop;
        this.request = request;
        this.progress = progress;
        this.owner = owner;
    }

    /** Sends the request as soon as there is a suitable link. */
    void start() {
        if (!isNew() && request.agentIsBase()) {
            owner.fail(needs.opener().notResumable(progress));
        } else if (progress.needsParts() && request.agentTakesNoParts()) {
            owner.fail(progress.tooLarge());
        } else if (progress.mayBeKnown()) {
            seek(Kind.PATIENT, "");
        } else if (request.agentIsAway()) {
            seek(Kind.PROVEN, "");
        } else if (!isNew() || progress.needsParts()) {
            seek(Kind.ANNOUNCED, "");
        } else {
            askOnAnyLink();
        }
    }

    private boolean isNew() {
        return needs.opener().isNew(request, progress);
    }

    /* What nearly every turn does; a search would be an object or two more for each of them. */
    private void askOnAnyLink() {
        phase = Phase.DIALLING;
        request.agent().road().link(loop, Lane.FIRST, this);
        if (phase instanceof Phase.Dialling) {
            phase = Phase.QUEUED;
        }
    }

    @Override
    public void onLink(AgentLink link) {
        if (phase instanceof Phase.Dialling(boolean queued)) {
            if (queued) {
                needs.observer().onQueued(System.nanoTime() - progress.startNanos());
            }
            onFound(link);
        }
    }

    @Override
    public void onFailure(Failure failure) {
        if (phase instanceof Phase.Dialling) {
            owner.fail(failure);
        }
    }

    /** Resumes on another link after the last one was lost. */
    void goOn(String reason) {
        seek(Kind.PATIENT, reason);
    }

    private void seek(Kind kind, String reason) {
        LinkSearch search = new LinkSearch(needs, loop, request, this, kind, reason);
        phase = new Phase.Waiting(search, isKnownToTheAgent());
        search.begin();
    }

    @Override
    public void onFound(AgentLink link) {
        boolean stopping = owner.isStopping();
        Failure obstacle = needs.opener().obstacle(request, progress, link, stopping);
        if (obstacle != null) {
            owner.fail(obstacle);
            return;
        }
        boolean again = isKnownToTheAgent();
        Exchange exchange = needs.opener().open(request, progress, link, owner, stopping);
        if (!exchange.isOpen()) {
            return; // the owner was told, and may have changed the phase
        }
        Phase.Reading reading = new Phase.Reading(link, exchange);
        phase = reading;
        if (exchange.request() == FrameType.RESUME) {
            needs.observer().onResumed(!again);
        }
        if (!exchange.isSending()) {
            sent();
        }
        if (stopping) {
            stop(reading);
        }
    }

    /** The whole message was sent: from now on the agent may have begun. */
    void sent() {
        if (progress.hasMessage() && progress.markSent()) {
            owner.onSent();
        }
    }

    @Override
    public void onNotFound(Failure failure) {
        owner.fail(failure);
    }

    /** Whether this reading has sent the agent a request. */
    boolean isKnownToTheAgent() {
        return switch (phase) {
            case Phase.New _, Phase.Dialling _ -> false;
            case Phase.Waiting(_, boolean again) -> again;
            case Phase.Reading _, Phase.Ended _ -> true;
        };
    }

    /** Whether the agent may have the turn, and can resume it. */
    boolean isResumable() {
        return progress.mayBeKnown()
                && ((phase instanceof Phase.Reading(AgentLink link, _) && link.can(Feature.RESUME))
                        || request.agentResumes());
    }

    /** Whether there is an exchange with the agent. */
    boolean isReading() {
        return phase instanceof Phase.Reading;
    }

    /** Whether parts of the message are still to be sent. */
    boolean isSending() {
        return phase instanceof Phase.Reading(_, Exchange exchange) && exchange.isSending();
    }

    boolean isOver() {
        return phase instanceof Phase.Ended;
    }

    TurnStatus.State look() {
        if (owner.isStopping()) {
            return TurnStatus.State.STOPPING;
        }
        return switch (phase) {
            case Phase.New _, Phase.Dialling _, Phase.Waiting _ -> TurnStatus.State.WAITING;
            case Phase.Reading _ -> TurnStatus.State.RUNNING;
            case Phase.Ended _ -> TurnStatus.State.UNREAD;
        };
    }

    /**
     * What a failure of the exchange means for the turn. The request may have arrived over a link
     * on which nothing was heard: a client that was told "unreachable" might repeat it, and the
     * work would be done twice. A turn that the agent does not know but has answered before was
     * forgotten.
     */
    Failure meaning(Failure said) {
        if (!(phase instanceof Phase.Reading(AgentLink link, _))) {
            return said;
        } else if (said instanceof Failure.Unreachable(String why) && isResumable()) {
            return new Failure.LinkLost(why);
        }
        return Endings.isError(said, ErrorCode.UNKNOWN_TURN) && progress.wasBegunBy(link)
                ? Endings.FORGOTTEN
                : said;
    }

    /** Notes which instance of the agent answered, before another one can. */
    void noteInstance() {
        if (phase instanceof Phase.Reading(AgentLink link, _)) {
            progress.noteInstance(link, request.agent());
        }
    }

    void grant(long bytes) {
        if (phase instanceof Phase.Reading(_, Exchange exchange)) {
            exchange.grant(bytes);
        }
    }

    /** Whether the agent may send only what it was given credit for. */
    boolean hasCredit() {
        return phase instanceof Phase.Reading(AgentLink link, _) && link.can(Feature.CREDIT);
    }

    /** Asks the agent to stop if there is an exchange. */
    void stop() {
        if (phase instanceof Phase.Reading reading) {
            stop(reading);
        }
    }

    private void stop(Phase.Reading reading) {
        AgentLink link = reading.link();
        if (!link.isOpen()) {
            return; // its loss is about to be told, and decides what comes next
        }
        if (!link.isAnnounced() && !request.agentIsBase()) {
            link.whenAnnounced(() -> {
                if (reading.equals(phase)) {
                    stop(reading);
                }
            });
        } else if (!reading.exchange().stop()) {
            reading.exchange().cancel();
            owner.fail(Endings.CANNOT_CANCEL);
        }
    }

    /**
     * Lets go of the exchange. The turn goes on if a client could come back for it, else it is
     * cancelled; returns whether it was cancelled.
     */
    boolean letGo() {
        if (!(phase instanceof Phase.Reading(_, Exchange exchange))) {
            return false;
        }
        boolean ends = !isResumable();
        if (ends) {
            exchange.cancel();
        } else {
            exchange.detach();
        }
        return ends;
    }

    /** The reading is over. */
    void end() {
        if (phase instanceof Phase.Waiting(LinkSearch search, _)) {
            search.stop();
        }
        phase = Phase.ENDED;
        progress.dropMessage();
    }
}
