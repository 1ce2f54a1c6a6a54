package dev.culvert.daemon.client.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.Tunnel;
import dev.culvert.daemon.client.http.UnreachableException;
import java.io.IOException;
import java.net.URLEncoder;
import java.time.Duration;

/** Opens tunnels that concern one port of an agent. Safe for all threads. */
public final class AgentPort {
    private static final String PROTOCOL = "culvert-tunnel";
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final int UPGRADE_REQUIRED = 426;
    private static final int SERVICE_UNAVAILABLE = 503;

    /** Is told how long it takes. */
    public interface Waiting {
        /** The agent or the daemon is away, and is tried again; told once for each tunnel. */
        void begins(IOException why);

        /** It is back, and the tunnel is open. */
        void ends();
    }

    private final Api api;
    private final String path;
    private final Duration longest;

    private AgentPort(Api api, String path, Duration longest) {
        this.api = api;
        this.path = path;
        this.longest = longest;
    }

    /**
     * A port of an agent, to which tunnels lead.
     *
     * @param longest how long to wait for an agent that is away
     */
    public static AgentPort reached(Api api, String agent, int port, Duration longest) {
        return new AgentPort(
                api, "/api/v1/agents/" + Request.segment(agent) + "/forward/" + port, longest);
    }

    /**
     * A port of an agent that is open while there is a tunnel, which carries nothing.
     *
     * @param longest how long to wait for an agent that is away
     */
    public static AgentPort opened(Api api, String agent, ReversePair pair, Duration longest) {
        return new AgentPort(
                api,
                "/api/v1/agents/%s/reverse/%d?to=%s"
                        .formatted(
                                Request.segment(agent),
                                pair.port(),
                                URLEncoder.encode(pair.service(), UTF_8)),
                longest);
    }

    /**
     * Opens nothing, and asks whether the daemon knows the agent and lets this caller through, and
     * whether the agent allows its port, if it is there and says so.
     *
     * @throws ProblemException if one of them does not
     */
    public void check() throws IOException {
        try {
            api.open(Request.get(path)).close();
        } catch (ProblemException e) {
            if (e.status() != UPGRADE_REQUIRED) {
                throw e;
            }
        }
    }

    /**
     * Opens a tunnel.
     *
     * @throws ProblemException if it may not be opened, or the agent is still away
     * @throws UnreachableException if the daemon is still away
     */
    public Tunnel open(Waiting waiting) throws IOException, InterruptedException {
        long begunNanos = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        boolean waits = false;
        while (true) {
            try {
                Tunnel tunnel = api.tunnel(path, PROTOCOL);
                if (waits) {
                    waiting.ends();
                }
                return tunnel;
            } catch (IOException e) {
                long leftNanos = longest.toNanos() - (System.nanoTime() - begunNanos);
                if (!mayComeBack(e) || leftNanos <= 0) {
                    throw e;
                }
                if (!waits) {
                    waiting.begins(e);
                    waits = true;
                }
                Thread.sleep(Duration.ofNanos(Math.min(pause.toNanos(), leftNanos)));
            }
            Duration next = pause.multipliedBy(2);
            pause = next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
        }
    }

    private static boolean mayComeBack(IOException failure) {
        return switch (failure) {
            case UnreachableException _ -> true;
            case ProblemException problem -> problem.status() == SERVICE_UNAVAILABLE;
            default -> false;
        };
    }
}
