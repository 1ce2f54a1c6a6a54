package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.chat.Chat.Choices;
import dev.culvert.daemon.client.chat.Chat.Resumed;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Server;
import dev.culvert.daemon.client.settings.ChatSettings;
import dev.culvert.tools.NoOpenerException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Opens sessions: new ones, and those that go on. */
final class Opening implements Loop.Talks {
    /** For a collector that does not answer: the user waits so long, once. */
    private static final Duration TO_TELL = Duration.ofSeconds(2);

    private final With with;
    private final Api api;
    private final Screen screen;
    private final Asker asker;
    private final Stopping stopping;

    /** What the command line and the files say. */
    record With(Session session, ChatSettings settings, Choices choices, Places places) {}

    Opening(With with, Api api, Screen screen, Asker asker, Stopping stopping) {
        this.with = with;
        this.api = api;
        this.screen = screen;
        this.asker = asker;
        this.stopping = stopping;
    }

    @Override
    public Talk first() throws IOException {
        return talk(saved());
    }

    @Override
    public Talk fresh(String agent) throws IOException {
        return talk(begun(agent));
    }

    @Override
    public void list() throws IOException {
        screen.items(with.places()::list);
    }

    private Talk talk(Saved saved) throws IOException {
        Telemetry telemetry = new Telemetry(collector(), screen);
        Optional<Workplace> place = with.choices().tools() ? place(telemetry) : Optional.empty();
        Tools none = Tools.NONE;
        Dialogue dialogue =
                new Dialogue(
                        new Dialogue.Partner(api, saved.agent(), stopping),
                        screen,
                        new HostApprovals(api, screen, asker),
                        place.<Tools>map(it -> it).orElse(none));
        Commits commits =
                new Commits(
                        with.settings().autoCommit() && place.isPresent(),
                        with.places().project(),
                        with.session().around().environment(),
                        screen);
        return new Talk(
                new Talk.Parts(dialogue, with.places().sessions(), commits, telemetry, place),
                saved,
                screen);
    }

    private Optional<Api> collector() throws IOException {
        Optional<String> url = with.settings().telemetryUrl();
        if (url.isEmpty()) {
            return Optional.empty();
        }
        try {
            Server server = Server.parse(url.get());
            return Optional.of(new Api(server, "", Optional.empty(), TO_TELL, _ -> {}));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage() + " (telemetryUrl)");
        }
    }

    private Optional<Workplace> place(Telemetry telemetry) throws IOException {
        try {
            Workplace place = opened(telemetry);
            if (!place.isForPrograms()) {
                screen.note(
                        "the tools here are for files alone (second-best: %s): no command and no"
                                        .formatted(place.opener())
                                + " plugin is started, because nothing here can confine them, which"
                                + " needs Linux (--no-tools drops this note)");
            }
            return Optional.of(place);
        } catch (NoOpenerException e) {
            screen.note(
                    e.getMessage() + "; the agent is offered none (--no-tools drops this note)");
            return Optional.empty();
        }
    }

    private Workplace opened(Telemetry telemetry) throws IOException {
        ChatSettings settings = with.settings();
        Map<String, String> environment = with.session().around().environment();
        Workplace place =
                Workplace.open(
                        settings,
                        with.choices().commands().orElse(settings.commands()),
                        environment,
                        new Workplace.Deciding(
                                new Decisions(
                                        with.places().auditLog(),
                                        environment.getOrDefault("USER", "user")),
                                asker,
                                telemetry,
                                with.choices().mayChange(),
                                with.choices().more()),
                        stopping);
        settings.plugins().refused().forEach(screen::note);
        settings.notes().forEach(screen::note);
        return place;
    }

    private Saved saved() throws IOException {
        String agent = with.choices().agent();
        Saved resumed =
                switch (with.choices().resumed()) {
                    case Resumed.None _ -> fresh();
                    case Resumed.Last _ -> last();
                    case Resumed.Named(String id) -> with.places().requireSessions().find(id);
                };
        return agent.isEmpty() ? resumed : resumed.with(agent);
    }

    private Saved begun(String agent) {
        Instant now = Instant.now();
        String project = with.places().project().toString();
        return with.places()
                .sessions()
                .map(it -> it.begin(agent, now))
                .orElse(new Saved("", project, agent, now, now, List.of(), false));
    }

    private Saved last() throws IOException {
        Instant since = Instant.now().minus(with.settings().sessionTimeout());
        Optional<Saved> last = with.places().requireSessions().last(since);
        if (last.isPresent()) {
            return last.get();
        }
        screen.note(
                "no session was used since %s (sessionTimeout), so a new one begins"
                        .formatted(since.truncatedTo(ChronoUnit.SECONDS)));
        return fresh();
    }

    private Saved fresh() throws IOException {
        String agent = with.choices().agent();
        return begun(agent.isEmpty() ? agentOfTheSettings() : agent);
    }

    private String agentOfTheSettings() throws IOException {
        return with.settings()
                .agent(with.session())
                .orElseThrow(() ->
                        new UsageException(
                                "which agent? Name it, as in culvert chat web-1, or set agentUrl in"
                                        + " culvert.jsonc; culvert agents lists them"));
    }
}
