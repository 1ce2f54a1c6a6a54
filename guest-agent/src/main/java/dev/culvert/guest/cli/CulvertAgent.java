package dev.culvert.guest.cli;

import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.io.LogStream;
import dev.culvert.io.Signals;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Node;
import dev.culvert.settings.Position;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** The command {@code culvert-agent}: runs the agent, or talks to one that runs in this VM. */
public final class CulvertAgent {
    private static final int FAILED = 1;
    private static final int WRONG = 2;
    private static final int CUT = 130;
    private static final String PREFIX = "CULVERT_AGENT_";

    private final Map<String, String> environment;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    CulvertAgent(
            Map<String, String> environment, InputStream in, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** Runs until a signal stops it. Exits with 2 for wrong flags, with 1 for a failed start. */
    public static void main(String[] arguments) {
        int code =
                new CulvertAgent(System.getenv(), System.in, System.out, System.err).run(arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    /** Returns 0 once the agent listens, or has printed what was asked for; else the exit code. */
    int run(String... arguments) {
        try {
            if (arguments.length > 0 && LocalCommand.VERBS.contains(arguments[0])) {
                return new LocalCommand(environment, in, out, err).run(arguments);
            }
            Optional<Map<String, String>> plain = PlainFlags.read(arguments);
            Optional<Map<String, String>> given =
                    plain.isPresent() ? plain : PicocliFlags.read(out, arguments);
            if (given.isPresent()) {
                obey(given.get());
            }
            return 0;
        } catch (BadSettingsException | IllegalArgumentException e) {
            err.println(e.getMessage());
            return WRONG;
        } catch (IOException e) {
            err.println("culvert-agent: " + e.getMessage());
            return FAILED;
        }
    }

    private void obey(Map<String, String> given) throws BadSettingsException, IOException {
        Settings<GuestSettings> settings = settings(given);
        if (given.containsKey(Flag.PRINT_CONFIG)) {
            out.print(settings.print());
        } else {
            listen(settings.value());
        }
    }

    private Settings<GuestSettings> settings(Map<String, String> given)
            throws BadSettingsException {
        Map<String, Node> flags = new HashMap<>();
        for (Flag flag : Flag.ALL) {
            String value = given.get(flag.name());
            if (value != null) {
                flags.put(flag.key(), Node.plain(Position.of("flag " + flag.name()), value));
            }
        }
        List<Layer> layers = new ArrayList<>();
        layers.add(flags::get);
        layers.add(Layer.environment(PREFIX, environment));
        String file = given.getOrDefault(Flag.CONFIG, environment.get(PREFIX + "CONFIG"));
        if (file != null) {
            layers.add(Layer.file(Path.of(file)));
        }
        return Settings.read(layers, GuestSettings::read);
    }

    private void listen(GuestSettings settings) throws IOException {
        LogStream.install(environment);
        System.setProperty(
                "org.slf4j.simpleLogger.defaultLogLevel",
                settings.logLevel().name().toLowerCase(Locale.ROOT));
        Guest guest = Guest.start(settings, Systemd.of(environment));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(guest), "culvert-stop"));
        // Before it says that it listens: until then, SIGHUP would end it.
        Signals.handle("HUP", CulvertAgent::refuseToReload);
        out.println(guest.place());
        out.flush();
        guest.ready();
        complainOfTheCache();
    }

    /**
     * The image's launcher names its AOT cache. The JVM does not say by itself that it has none.
     */
    private void complainOfTheCache() {
        String cache = System.getProperty("culvert.cache");
        if (cache != null && !System.getProperty("java.vm.info", "").contains("sharing")) {
            err.println(
                    "culvert-agent: the start was slow, because "
                            + cache
                            + " is missing or does not fit this machine or the JVM's options");
        }
    }

    private static void refuseToReload() {
        LoggerFactory.getLogger(CulvertAgent.class)
                .info(
                        "SIGHUP: nothing to do, because settings are read only at the start;"
                                + " restart the agent to change them");
    }

    /** Exits with 0 after a stop by a signal; the JVM itself would exit with 143. */
    private static void stop(Guest guest) {
        Signals.handle("INT", () -> giveUp(guest));
        Signals.handle("TERM", () -> giveUp(guest));
        guest.close();
        Runtime.getRuntime().halt(0);
    }

    private static void giveUp(Guest guest) {
        guest.giveUp();
        Runtime.getRuntime().halt(CUT);
    }
}
