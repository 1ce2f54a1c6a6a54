package dev.culvert.daemon.api.agents;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.answer.AgentAccess;
import dev.culvert.daemon.api.Page;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.fleet.AgentState;
import dev.culvert.daemon.fleet.Visible;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.io.Quoted;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code GET /agents}: lists the fleet by id, filtered and in pages. */
public final class AgentsRoute implements Route {
    private final AgentAccess access;
    private final Supplier<DaemonSettings> settings;
    private final EventsRoute events;

    /** Shares the pieces that it shows with {@code events}. */
    public AgentsRoute(AgentAccess access, EventsRoute events, Supplier<DaemonSettings> settings) {
        this.access = access;
        this.settings = settings;
        this.events = events;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/agents", "/agents");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.READ_AGENTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        AgentState state = state(request.query("state"));
        String tenant = request.query("tenant");
        long workedSince = workedSince(request.query("worked_since"));
        Page page = Page.of(request);
        Visible fleet = access.fleet(request);
        Predicate<Agent> wanted =
                agent ->
                        (state == null || agent.presence().state() == state)
                                && (tenant == null || agent.tenant().equals(tenant))
                                && agent.work().latestMillis() >= workedSince;
        AgentPieces.Piece first = events.pieces().make(fleet, page.start(), page.limit(), wanted);
        boolean isFull = first != null && first.ids().size() == page.limit();
        boolean hasMore = first != null && hasMoreAfter(fleet, first.last(), wanted);
        if (first == null || isFull || !hasMore) {
            String next = first != null && hasMore ? first.last() : null;
            answer.json(OK, AgentList.whole(first, next));
        } else {
            AgentList.send(
                    state == null && tenant == null && workedSince == 0
                            ? shared(fleet, request.eventLoop())
                            : own(fleet, wanted),
                    page,
                    answer,
                    settings.get().turns().stallTimeout());
        }
    }

    private static boolean hasMoreAfter(Visible fleet, String id, Predicate<Agent> wanted) {
        return fleet.after(id).anyMatch(wanted);
    }

    /** The pieces of all agents, which many clients ask for. */
    private AgentList.Source shared(Visible fleet, EventLoop loop) {
        long atLeast = fleet.revision();
        return new AgentList.Source() {
            @Override
            public AgentPieces.@Nullable Piece after(String id, int most) {
                AgentPieces.Piece piece = events.pieces().after(fleet, id, atLeast, loop);
                return piece == null ? null : piece.first(most);
            }

            @Override
            public boolean hasMoreAfter(String id) {
                return fleet.after(id).findAny().isPresent();
            }
        };
    }

    private AgentList.Source own(Visible fleet, Predicate<Agent> wanted) {
        return new AgentList.Source() {
            @Override
            public AgentPieces.@Nullable Piece after(String id, int most) {
                return events.pieces().make(fleet, id, most, wanted);
            }

            @Override
            public boolean hasMoreAfter(String id) {
                return AgentsRoute.hasMoreAfter(fleet, id, wanted);
            }
        };
    }

    private static @Nullable AgentState state(@Nullable String text) {
        if (text == null) {
            return null;
        }
        for (AgentState state : AgentState.values()) {
            if (state.label().equals(text)) {
                return state;
            }
        }
        String labels =
                Arrays.stream(AgentState.values())
                        .map(AgentState::label)
                        .collect(Collectors.joining(", "));
        throw bad("'state' is '%s': it takes %s.".formatted(Quoted.word(text), labels));
    }

    /** In epoch milliseconds; 0 if the parameter is absent. */
    private static long workedSince(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        try {
            return Math.max(0, Instant.parse(text).toEpochMilli());
        } catch (DateTimeParseException | ArithmeticException _) {
            throw bad(
                    "'worked_since' is '%s': it takes a time such as 2026-11-21T12:14:05.107Z."
                            .formatted(Quoted.word(text)));
        }
    }

    private static ProblemException bad(String sentence) {
        return new ProblemException(Problem.of(BAD_REQUEST, "The query parameter " + sentence));
    }
}
