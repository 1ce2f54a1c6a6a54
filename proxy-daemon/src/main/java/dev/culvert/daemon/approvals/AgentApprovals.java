package dev.culvert.daemon.approvals;

import dev.culvert.daemon.approvals.Approval.State;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.io.StoppingException;
import dev.culvert.io.Workers;
import dev.culvert.link.AgentLink;
import dev.culvert.link.PeerRequests;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one agent asks and claims over one link (approvals.md). Confined to the link's event loop,
 * except where noted.
 */
public final class AgentApprovals implements PeerRequests, ApprovalListener {
    private static final Logger LOG = LoggerFactory.getLogger(AgentApprovals.class);

    private final Approvals approvals;
    private final Agent agent;
    private final AgentLink link;
    private final Workers workers;

    /** The approvals that are waited for, by the ids of the frames that ask for them. */
    private final Map<String, String> waiting = new HashMap<>();

    /** Stands for the link where claims are kept, so that a link that is closed is not. */
    private final Object mark = new Object();

    private boolean listens;

    /** Whether the link is closed. */
    private volatile boolean isOver;

    private AgentApprovals(Approvals approvals, Agent agent, AgentLink link, Workers workers) {
        this.approvals = approvals;
        this.agent = agent;
        this.link = link;
        this.workers = workers;
    }

    /** What serves the agent on this link until that is closed. */
    public static PeerRequests of(
            Approvals approvals, Agent agent, AgentLink link, Workers workers) {
        AgentApprovals served = new AgentApprovals(approvals, agent, link, workers);
        link.closed().addListener(_ -> served.end());
        return served;
    }

    @Override
    public void onRequest(Frame frame) {
        String id = frame.id();
        try {
            if (frame.type() == FrameType.WITHDRAW) {
                withdraw(FrameReader.withdrawn(frame));
            } else if (id.isEmpty()) {
                throw ApprovalException.malformed("it needs an id");
            } else if (frame.type() == FrameType.CLAIM) {
                claim(id, FrameReader.claim(frame));
            } else {
                ask(id, FrameReader.ask(frame, approvals.settings().maxArgumentsBytes()));
            }
        } catch (ApprovalException why) {
            refuse(id, why);
        }
    }

    private void ask(String id, Ask ask) throws ApprovalException {
        int most = approvals.settings().maxKeptAgent();
        if (waiting.size() >= most) {
            throw ApprovalException.overloaded(
                    "this agent waits for %d approvals, the most that it may (approvals.max_kept_agent)"
                            .formatted(most));
        }
        if (waiting.putIfAbsent(id, ask.id()) != null) {
            link.close("the agent used the id of an 'approve' again before that was answered");
            return;
        }
        if (!listens) {
            listens = true;
            approvals.listen(this);
        }
        work(
                id,
                () -> {
                    Approval asked = approvals.ask(agent.id(), agent.tenant(), ask);
                    onLoop(() -> look(id, asked));
                });
    }

    private interface Work {
        void run() throws ApprovalException, IOException;
    }

    /** Does it on the workers, after all earlier work for the agent. */
    private void work(String id, Work work) throws ApprovalException {
        try {
            workers.execute(
                    agent.id(),
                    () -> {
                        try {
                            work.run();
                        } catch (ApprovalException why) {
                            onLoop(() -> refuse(id, why));
                        } catch (IOException e) {
                            onLoop(() -> refuse(id, notStored(e)));
                        }
                    });
        } catch (RejectedExecutionException _) {
            throw ApprovalException.overloaded(
                    "too much waits for the host's disk, which may hang (workers.queue)");
        }
    }

    /** Guests are not told about the host's disk. */
    private ApprovalException notStored(IOException e) {
        if (!(e instanceof StoppingException)) {
            LOG.error("{}: an approval was not stored: {}", link, e.getMessage());
        }
        return ApprovalException.notStored();
    }

    private void onLoop(Runnable task) {
        try {
            link.eventLoop().execute(task);
        } catch (RejectedExecutionException _) {
            // the daemon is stopping
        }
    }

    @Override
    public void onChanged(Approval changed) {
        if (changed.agent().equals(agent.id())) {
            onLoop(() -> {
                for (Map.Entry<String, String> each : Map.copyOf(waiting).entrySet()) {
                    if (each.getValue().equals(changed.id())) {
                        look(each.getKey(), changed);
                    }
                }
            });
        }
    }

    /**
     * Answers if somebody has decided. What was decided since it was read comes to be told, too.
     */
    private void look(String id, Approval approval) {
        if (approval.state(approvals.now()) != State.PENDING && waiting.remove(id) != null) {
            link.answer(ApprovalFrames.approved(id, approval, approvals.now()));
        }
    }

    private void claim(String id, Claim claim) throws ApprovalException {
        work(
                id,
                () -> {
                    if (isOver) {
                        return; // it asks again over the next link
                    }
                    approvals.claim(agent.id(), claim, mark);
                    onLoop(() -> {
                        if (isOver) {
                            approvals.unanswered(claim, mark);
                        } else {
                            link.answer(ApprovalFrames.claimed(id, claim.id()));
                        }
                    });
                });
    }

    /** What was asked for it on this link needs no answer any more. */
    private void withdraw(String approval) throws ApprovalException {
        waiting.values().removeIf(approval::equals);
        Approval known = approvals.find(approval);
        if (known != null && known.agent().equals(agent.id())) {
            work("", () -> approvals.withdraw(approval, agent.id(), "the turn has ended"));
        }
    }

    /** Nobody waits for an answer to a frame without an id. */
    private void refuse(String id, ApprovalException why) {
        waiting.remove(id);
        approvals.observer().onRefused(why.refusal());
        if (!id.isEmpty()) {
            link.answer(ApprovalFrames.error(id, why));
        }
    }

    /** The link is closed. */
    private void end() {
        isOver = true;
        approvals.forget(this);
        waiting.clear();
    }
}
