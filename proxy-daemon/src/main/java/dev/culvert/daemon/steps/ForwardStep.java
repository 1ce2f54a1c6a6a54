package dev.culvert.daemon.steps;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.FlowSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.flows.Param;
import dev.culvert.daemon.flows.StepEnd;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.flows.StepInput;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.flows.Values;
import dev.culvert.daemon.operations.Schema;
import dev.culvert.daemon.reach.Tunnels;
import dev.culvert.io.Quoted;
import dev.culvert.settings.Node;
import dev.culvert.transport.AgentAddress;
import dev.culvert.transport.EventLoops;
import dev.culvert.transport.Transport;
import dev.culvert.tunnel.Destination;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A step that opens a port of loopback which leads to a port of an agent, until its run ends. */
public final class ForwardStep implements StepKind {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardStep.class);
    private static final String HOST = "127.0.0.1";
    private static final String AGENT = "agent";
    private static final String PORT = "port";
    private static final String TO = "to";

    private final Supplier<FlowSettings> settings;
    private final EventLoops loops;
    private final Reach reach;

    /** The open ports, by the step they are of. */
    private final Map<String, ForwardPort> open = new HashMap<>();

    /**
     * How agents are reached.
     *
     * @param seenBy the agents that a caller sees
     * @param callers know whether one is still let in
     */
    public record Reach(Function<Caller, Visible> seenBy, Callers callers, Tunnels tunnels) {
        /** Null if the caller may not reach it, or if there is none. */
        @Nullable Agent agent(Caller caller, String id) {
            return caller.may(Need.REACH) && callers.denial(caller) == null
                    ? seenBy.apply(caller).find(id)
                    : null;
        }
    }

    public ForwardStep(Supplier<FlowSettings> settings, EventLoops loops, Reach reach) {
        this.settings = settings;
        this.loops = loops;
        this.reach = reach;
    }

    @Override
    public String name() {
        return "forward";
    }

    @Override
    public String summary() {
        return "Open a port of this host to a port of an agent, until the run ends";
    }

    @Override
    public List<Param> params() {
        return List.of(
                Param.of(AGENT, Schema.TEXT, "The id of the agent").required(),
                Param.of(
                                PORT,
                                Schema.number(1, Destination.MOST_PORT),
                                "The port of its VM that callers reach")
                        .required(),
                Param.of(
                        "listen",
                        Schema.number(0, Destination.MOST_PORT),
                        "The port of loopback that is opened; a free one by default"));
    }

    @Override
    public List<Param> results() {
        return List.of(
                Param.of("host", Schema.TEXT, "Where the port is, " + HOST),
                Param.of(PORT, Schema.number(1, Destination.MOST_PORT), "The port that is open"),
                Param.of(AGENT, Schema.TEXT, "The agent that it leads to"),
                Param.of(TO, Schema.number(1, Destination.MOST_PORT), "The agent's port"));
    }

    @Override
    public boolean isIdempotent(Node.Members params) {
        return true;
    }

    /** Another run would find it closed. */
    @Override
    public boolean mayBeCached() {
        return false;
    }

    @Override
    public Runnable run(StepInput input, StepEnd end) {
        String id = input.text(AGENT, "");
        if (!input.caller().may(Need.REACH)) {
            end.failed(
                    new StepFailure(
                            "insufficient_scope",
                            "whoever started the run may not reach ports of agents: that needs the scope reach",
                            false));
            return () -> {};
        }
        if (reach.agent(input.caller(), id) == null) {
            end.failed(
                    new StepFailure(
                            "unknown_agent",
                            "there is no agent '%s': culvert agents lists those there are"
                                    .formatted(Quoted.word(id)),
                            false));
            return () -> {};
        }
        Wanted wanted =
                new Wanted(
                        input.key(),
                        input.caller(),
                        id,
                        (int) Params.number(input.params(), PORT),
                        (int) Params.number(input.params(), "listen"));
        AtomicBoolean stopped = new AtomicBoolean();
        open(
                wanted,
                new Opening() {
                    @Override
                    public void onOpen(int port) {
                        if (stopped.get()) {
                            close(wanted.key());
                        } else {
                            end.done(output(wanted, port));
                        }
                    }

                    @Override
                    public void onFailure(StepFailure why) {
                        end.failed(why);
                    }
                });
        return () -> stopped.set(true);
    }

    /**
     * A port that is to be open.
     *
     * @param key of the step, which begins with its run
     * @param to the agent's port
     * @param port of loopback; 0 for a free one
     */
    private record Wanted(String key, Caller caller, String agent, int to, int port) {}

    private interface Opening {
        void onOpen(int port);

        void onFailure(StepFailure why);
    }

    private void open(Wanted wanted, Opening opening) {
        ForwardPort port =
                new ForwardPort(
                        () -> reach.agent(wanted.caller(), wanted.agent()),
                        new Destination.Port(wanted.to()),
                        reach.tunnels());
        int most = settings.get().maxForwards();
        synchronized (open) {
            if (open.size() >= most && !open.containsKey(wanted.key())) {
                opening.onFailure(
                        new StepFailure(
                                "too_many_ports",
                                "flows keep %d ports open already, as many as may (flows.max_forwards): try again later"
                                        .formatted(open.size()),
                                true));
                return;
            }
            ForwardPort before = open.put(wanted.key(), port);
            if (before != null) {
                before.close();
            }
        }
        loops.transport()
                .listen(loops.group(), new AgentAddress.Tcp(HOST, wanted.port()), port)
                .addListener((Future<Channel> bound) -> {
                    if (bound.isSuccess()) {
                        port.listensAt(bound.getNow());
                        opening.onOpen(
                                ((AgentAddress.Tcp) Transport.localAddress(bound.getNow())).port());
                    } else {
                        close(wanted.key());
                        opening.onFailure(
                                new StepFailure(
                                        "port_taken",
                                        "the port cannot be opened: "
                                                + Quoted.message(bound.cause()),
                                        true));
                    }
                });
    }

    private static Node output(Wanted wanted, int port) {
        Map<String, Node> output = new LinkedHashMap<>();
        output.put("host", Values.text(HOST));
        output.put(PORT, Values.number(port));
        output.put(AGENT, Values.text(wanted.agent()));
        output.put(TO, Values.number(wanted.to()));
        return Values.members(output);
    }

    /** The same port is opened again, because later steps may know its number already. */
    @Override
    public void again(String key, Caller caller, Node output) {
        Wanted wanted =
                new Wanted(
                        key,
                        caller,
                        Params.text(output, AGENT),
                        (int) Params.number(output, TO),
                        (int) Params.number(output, PORT));
        if (wanted.to() < 1 || wanted.port() < 1) {
            return; // somebody has settled the step with another output
        }
        open(
                wanted,
                new Opening() {
                    @Override
                    public void onOpen(int port) {
                        LOG.debug("the port {} of {} is open again", port, key);
                    }

                    @Override
                    public void onFailure(StepFailure why) {
                        LOG.warn("after the restart, {} of {}", why.sentence(), key);
                    }
                });
    }

    @Override
    public void ended(String run) {
        synchronized (open) {
            open.entrySet()
                    .removeIf(each -> {
                        boolean isOfIt = each.getKey().startsWith(run + ".");
                        if (isOfIt) {
                            each.getValue().close();
                        }
                        return isOfIt;
                    });
        }
    }

    private void close(String key) {
        synchronized (open) {
            ForwardPort port = open.remove(key);
            if (port != null) {
                port.close();
            }
        }
    }

    @Override
    public void stop() {
        synchronized (open) {
            open.values().forEach(ForwardPort::close);
            open.clear();
        }
    }

    /** How many ports are open. */
    public int count() {
        synchronized (open) {
            return open.size();
        }
    }
}
