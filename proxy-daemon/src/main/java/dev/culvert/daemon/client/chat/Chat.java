package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Target;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.Output;
import dev.culvert.daemon.client.output.Terminal;
import dev.culvert.daemon.client.settings.ChatSettings;
import dev.culvert.tools.Commands;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** What {@code culvert chat} does, from the choices that its flags make. */
public final class Chat {
    private final Session session;
    private final ChatSettings settings;
    private final Choices choices;
    private final Places places;

    /**
     * What the flags say.
     *
     * @param agent its id; empty for that of the session or of the settings
     * @param commands whether tools may run commands; empty for what the settings say
     * @param tools whether there are any
     * @param resumed which session goes on
     * @param detail what is shown besides the answer
     * @param mayChange whether tools may now do more than read, where the policy allows that
     * @param more tools beside those that work in the project
     */
    public record Choices(
            String agent,
            Optional<Commands> commands,
            boolean tools,
            Resumed resumed,
            Screen.Detail detail,
            BooleanSupplier mayChange,
            List<BoundedTool> more) {
        public Choices {
            more = List.copyOf(more);
        }

        /** Those of a chat whose tools may do what the policy says. */
        public Choices(
                String agent,
                Optional<Commands> commands,
                boolean tools,
                Resumed resumed,
                Screen.Detail detail) {
            this(agent, commands, tools, resumed, detail, () -> true, List.of());
        }
    }

    /** Which session goes on. */
    public sealed interface Resumed {
        /** A new one. */
        record None() implements Resumed {}

        /** The one that was used last. */
        record Last() implements Resumed {}

        /** This one. */
        record Named(String id) implements Resumed {}
    }

    public Chat(Session session, ChatSettings settings, Choices choices) {
        this.session = session;
        this.settings = settings;
        this.choices = choices;
        places =
                new Places(
                        StateFolder.of(session.around().environment()), settings.project().root());
    }

    /** Lists the sessions of the project. */
    public int list() throws IOException {
        places.list(session.output());
        return ExitCode.OK;
    }

    /** Whether somebody can talk: stdin and stdout are a terminal. */
    public boolean isAtTerminal() {
        return session.around().place().terminal().out() && Console.isHere();
    }

    /**
     * Says one thing, prints the answer and returns the exit code.
     *
     * @param target the daemon
     */
    public int say(Target target, String text) throws IOException {
        Api api = target.api(session.options());
        Screen screen = screen(session.output());
        Stopping stopping = new Stopping(api);
        session.around().place().onInterrupt().accept(interrupting(stopping));
        try (Questions questions = questions(screen, stopping);
                Talk talk = opening(api, screen, questions, stopping).first()) {
            if (talk.isCut()) {
                screen.mute(true);
                talk.goOn();
                screen.mute(false);
            }
            return talk.say(text).code();
        }
    }

    private Questions questions(Screen screen, Stopping stopping) {
        boolean isThere = session.around().place().terminal().err() && Console.isHere();
        return new Questions(isThere ? Optional.of(type()) : Optional.empty(), screen, stopping);
    }

    /**
     * Talks at the terminal until the user ends it.
     *
     * @param target the daemon
     */
    public int converse(Target target) throws IOException {
        Api api = target.api(session.options());
        Stopping stopping = new Stopping(api);
        try (Console console = Console.open(type(), places.history())) {
            Output output =
                    new Output(
                            console.writer(),
                            console.writer(),
                            Format.TABLE,
                            session.output().hasStyles(),
                            new Terminal(true, true, console.columns()));
            Screen screen = screen(output);
            Asker asker =
                    question -> {
                        screen.show(question);
                        return console.ask(question, stopping::isAsked);
                    };
            return new Loop(console, screen, stopping, opening(api, screen, asker, stopping)).run();
        }
    }

    /**
     * Opens a session that goes on for as long as the caller wants.
     *
     * @param target the daemon
     * @param console where somebody sits, who stops answers and is asked; empty if nobody does
     */
    public Speaker open(Target target, Optional<Console> console) throws IOException {
        Api api = target.api(session.options());
        Stopping stopping = new Stopping(api);
        Screen screen = screen(session.output());
        Asker asker =
                question -> {
                    screen.show(question);
                    return console.map(it -> it.ask(question, stopping::isAsked))
                            .orElse(Consent.NOBODY);
                };
        Talk talk = opening(api, screen, asker, stopping).first();
        return new Speaker(talk, console, stopping, screen);
    }

    private Opening opening(Api api, Screen screen, Asker asker, Stopping stopping) {
        return new Opening(
                new Opening.With(session, settings, choices, places), api, screen, asker, stopping);
    }

    private Screen screen(Output output) {
        boolean rendered = output.format() == Format.TABLE && output.hasStyles();
        return new Screen(output, rendered, choices.detail);
    }

    private String type() {
        return session.around().environment().getOrDefault("TERM", "dumb");
    }

    /* Once, the turn is stopped; again, the process ends. */
    private static Runnable interrupting(Stopping stopping) {
        AtomicBoolean begun = new AtomicBoolean();
        return () -> {
            if (!begun.compareAndSet(false, true)) {
                Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
            }
            stopping.stop();
        };
    }
}
