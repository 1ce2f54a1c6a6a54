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
 * The agent's side of a reading: the way to the agent, and the exchange with it. Confined to the
 * client's event loop.
 */
final class AgentSide implements LinkSearch.Seeker, DialListener {
    /** Whose side this is; is told what answers, too. */
    interface Owner extends ReplyListener {
        /** Whether the turn is to be stopped as soon as the agent can be told. */
        boolean isStopping();

        /** The message is on its way. */
        void onSent();

        /** Nothing can be asked, or nothing more; there is no exchange. */
        void fail(Failure failure);
    }

    /** How a reading of a turn is connected with the agent. */
    private sealed interface Phase {
        Phase NEW = new New();
        Phase DIALLING = new Dialling();
        Phase ENDED = new Ended();

        /** Nothing was done yet. */
        record New() implements Phase {}

        /** Waits for any link that the road has. */
        record Dialling() implements Phase {}

        /**
         * Looks for a link that takes more than being open.
         *
         * @param again whether the agent has had a request of this reader, on a link that was lost
         */
        record Waiting(LinkSearch search, boolean again) implements Phase {}

        /** The agent has the request, and answers over this link. */
        record Reading(AgentLink link, Exchange exchange) implements Phase {}

        /** It reads no more, which need not be the turn's end. */
        record Ended() implements Phase {}
    }

    private final TurnNeeds needs;
    private final EventLoop loop;
    private final TurnRequest request;
    private final Progress progress;
    private final ExchangeOpener opener;
    private final Owner owner;
    private Phase phase = Phase.NEW;

    AgentSide(
            TurnNeeds needs, EventLoop loop, TurnRequest request, Progress progress, Owner owner) {
        this.needs = needs;
        this.loop = loop;
        this.request = request;
        this.progress = progress;
        this.owner = owner;
        opener = new ExchangeOpener(needs, request, progress);
    }

    /** Asks, as soon as there is a way. */
    void start() {
        if (!opener.isNew() && request.agentIsBase()) {
            owner.fail(opener.notResumable());
        } else if (progress.mayBeKnown()) {
            seek(Kind.PATIENT, "");
        } else if (request.agentIsAway()) {
            seek(Kind.PROVEN, "");
        } else if (!opener.isNew()) {
            seek(Kind.ANNOUNCED, "");
        } else {
            askOnAnyLink();
        }
    }

    /* What nearly every turn does; a search would be an object or two more for each of them. */
    private void askOnAnyLink() {
        phase = Phase.DIALLING;
        request.agent().road().link(loop, Lane.FIRST, this);
    }

    @Override
    public void onLink(AgentLink link) {
        if (phase instanceof Phase.Dialling) {
            onFound(link);
        }
    }

    @Override
    public void onFailure(Failure failure) {
        if (phase instanceof Phase.Dialling) {
            owner.fail(failure);
        }
    }

    /** Asks for what follows, now that the link was lost. */
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
        Failure obstacle = opener.obstacle(link, stopping);
        if (obstacle != null) {
            owner.fail(obstacle);
            return;
        }
        boolean again = isKnownToTheAgent();
        Exchange exchange = opener.open(link, owner, stopping);
        if (!exchange.isOpen()) {
            return; // the owner had the word, and by now this may be in any other phase
        }
        Phase.Reading reading = new Phase.Reading(link, exchange);
        phase = reading;
        if (exchange.request() == FrameType.RESUME) {
            needs.observer().onResumed(!again);
        }
        if (progress.hasMessage() && progress.markSent()) {
            owner.onSent();
        }
        if (stopping) {
            stop(reading);
        }
    }

    @Override
    public void onNotFound(Failure failure) {
        owner.fail(failure);
    }

    /** Whether the agent has had a request of this reader. */
    boolean isKnownToTheAgent() {
        return switch (phase) {
            case Phase.New _, Phase.Dialling _ -> false;
            case Phase.Waiting(_, boolean again) -> again;
            case Phase.Reading _, Phase.Ended _ -> true;
        };
    }

    /** Whether there is something at the agent to come back to, and a way to. */
    boolean isResumable() {
        return progress.mayBeKnown()
                && ((phase instanceof Phase.Reading(AgentLink link, _) && link.can(Feature.RESUME))
                        || request.agentResumes());
    }

    /** Whether the agent was asked, and can be told something. */
    boolean isReading() {
        return phase instanceof Phase.Reading;
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
     * What a failure of the exchange means for the turn. A link on which nothing was ever heard may
     * have carried the request all the same: who asked again because the agent was not reached
     * might have the work done twice. And what is unknown to an agent that has answered it before
     * has been forgotten there.
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

    /** Notes whose answers they are, before another may give them. */
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

    /** Asks the agent to stop, where it is reading. */
    void stop() {
        if (phase instanceof Phase.Reading reading) {
            stop(reading);
        }
    }

    private void stop(Phase.Reading reading) {
        AgentLink link = reading.link();
        if (!link.isOpen()) {
            return; // word of its loss is on its way, and says what is next
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

    /** Leaves the turn to itself, or ends it where nobody could come back for it: true then. */
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
