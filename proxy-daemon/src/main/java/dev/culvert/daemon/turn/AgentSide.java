package dev.culvert.daemon.turn;

import dev.culvert.daemon.turn.LinkSearch.Kind;
import dev.culvert.daemon.turn.State.Dialling;
import dev.culvert.daemon.turn.State.Ended;
import dev.culvert.daemon.turn.State.New;
import dev.culvert.daemon.turn.State.Reading;
import dev.culvert.daemon.turn.State.Waiting;
import dev.culvert.frame.ErrorCode;
import dev.culvert.frame.FrameType;
import dev.culvert.link.AgentLink;
import dev.culvert.link.DialListener;
import dev.culvert.link.Exchange;
import dev.culvert.link.Failure;
import dev.culvert.link.Feature;
import dev.culvert.link.ReplyListener;
import dev.culvert.pool.Lane;
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
        void onNoWay(Failure failure);
    }

    private final TurnNeeds needs;
    private final EventLoop loop;
    private final Origin origin;
    private final Progress progress;
    private final Requests requests;
    private final Owner owner;
    private State state = State.NEW;

    AgentSide(TurnNeeds needs, EventLoop loop, Origin origin, Progress progress, Owner owner) {
        this.needs = needs;
        this.loop = loop;
        this.origin = origin;
        this.progress = progress;
        this.owner = owner;
        requests = new Requests(needs, origin, progress);
    }

    /** Asks, as soon as there is a way. */
    void start() {
        if (!requests.isNew() && origin.agentIsBase()) {
            owner.onNoWay(requests.notResumable());
        } else if (progress.mayBeKnown()) {
            seek(Kind.PATIENT, "");
        } else if (origin.agentIsAway()) {
            seek(Kind.PROVEN, "");
        } else if (!requests.isNew()) {
            seek(Kind.ANNOUNCED, "");
        } else {
            askOnAnyLink();
        }
    }

    /* What nearly every turn does; a search would be an object or two more for each of them. */
    private void askOnAnyLink() {
        state = State.DIALLING;
        needs.links().acquire(loop, origin.agent().address(), Lane.FIRST, this);
    }

    @Override
    public void onLink(AgentLink link) {
        if (state instanceof Dialling) {
            onFound(link);
        }
    }

    @Override
    public void onFailure(Failure failure) {
        if (state instanceof Dialling) {
            owner.onNoWay(failure);
        }
    }

    /** Asks for what follows, now that the link was lost. */
    void goOn(String reason) {
        seek(Kind.PATIENT, reason);
    }

    private void seek(Kind kind, String reason) {
        LinkSearch search = new LinkSearch(needs, loop, origin, this, kind, reason);
        state = new Waiting(search, isKnownToTheAgent());
        search.begin();
    }

    @Override
    public void onFound(AgentLink link) {
        boolean stopping = owner.isStopping();
        Failure obstacle = requests.obstacle(link, stopping);
        if (obstacle != null) {
            owner.onNoWay(obstacle);
            return;
        }
        boolean again = isKnownToTheAgent();
        Exchange exchange = requests.open(link, owner, stopping);
        if (!exchange.isOpen()) {
            return; // the owner had the word, and by now this may be in any other state
        }
        Reading reading = new Reading(link, exchange);
        state = reading;
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
        owner.onNoWay(failure);
    }

    /** Whether the agent has had a request of this reader. */
    boolean isKnownToTheAgent() {
        return switch (state) {
            case New _, Dialling _ -> false;
            case Waiting(_, boolean again) -> again;
            case Reading _, Ended _ -> true;
        };
    }

    /** Whether there is something at the agent to come back to, and a way to. */
    boolean isResumable() {
        return progress.mayBeKnown()
                && ((state instanceof Reading(AgentLink link, _) && link.can(Feature.RESUME))
                        || origin.agentResumes());
    }

    /** Whether the agent was asked, and can be told something. */
    boolean isReading() {
        return state instanceof Reading;
    }

    boolean isOver() {
        return state instanceof Ended;
    }

    TurnStatus.State look() {
        return switch (state) {
            case New _, Dialling _, Waiting _ -> TurnStatus.State.WAITING;
            case Reading _ -> TurnStatus.State.RUNNING;
            case Ended _ -> TurnStatus.State.UNREAD;
        };
    }

    /**
     * What a failure of the exchange means for the turn. A link on which nothing was ever heard may
     * have carried the request all the same: who asked again because the agent was not reached
     * might have the work done twice. And what is unknown to an agent that has answered it before
     * has been forgotten there.
     */
    Failure meaning(Failure said) {
        if (!(state instanceof Reading(AgentLink link, _))) {
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
        if (state instanceof Reading(AgentLink link, _)) {
            progress.noteInstance(link, origin.agent());
        }
    }

    void grant(long bytes) {
        if (state instanceof Reading(_, Exchange exchange)) {
            exchange.grant(bytes);
        }
    }

    /** Whether the agent may send only what it was given credit for. */
    boolean hasCredit() {
        return state instanceof Reading(AgentLink link, _) && link.can(Feature.CREDIT);
    }

    /** Asks the agent to stop, where it is reading. */
    void stop() {
        if (state instanceof Reading reading) {
            stop(reading);
        }
    }

    private void stop(Reading reading) {
        AgentLink link = reading.link();
        if (!link.isOpen()) {
            return; // word of its loss is on its way, and says what is next
        }
        if (!link.isAnnounced() && !origin.agentIsBase()) {
            link.whenAnnounced(() -> {
                if (reading.equals(state)) {
                    stop(reading);
                }
            });
        } else if (!reading.exchange().stop()) {
            reading.exchange().cancel();
            owner.onNoWay(Endings.CANNOT_CANCEL);
        }
    }

    /** Leaves the turn to itself, or ends it where nobody could come back for it: true then. */
    boolean letGo() {
        if (!(state instanceof Reading(_, Exchange exchange))) {
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
        if (state instanceof Waiting(LinkSearch search, _)) {
            search.stop();
        }
        state = State.ENDED;
        progress.dropMessage();
    }
}
