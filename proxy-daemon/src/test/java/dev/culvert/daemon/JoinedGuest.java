package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.guest.Guest;
import dev.culvert.guest.config.GuestSettings;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Settings;
import dev.culvert.systemd.Systemd;
import dev.culvert.transport.AgentAddress;
import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A guest with the echo runtime that has enrolled over a WebSocket, in this process. */
final class JoinedGuest implements Closeable {
    private final String name;
    private final Path state;
    private final String url;
    private final String settings;
    private Guest guest;

    /**
     * @param settings of the guest, each with a comma after it
     */
    private JoinedGuest(String name, Path state, String url, String settings, String token)
            throws Exception {
        this.name = name;
        this.state = Files.createDirectories(state);
        this.url = url;
        this.settings = settings;
        guest = started(token.isEmpty() ? "" : "\"join_token\": \"%s\",".formatted(token));
    }

    /** Enrols it, and waits until it is ready. */
    static JoinedGuest start(TestDaemon daemon, String name, Path folder) throws Exception {
        return start(daemon, name, folder, "");
    }

    /**
     * The same.
     *
     * @param settings of the guest, each with a comma after it
     */
    static JoinedGuest start(TestDaemon daemon, String name, Path folder, String settings)
            throws Exception {
        String token = token(daemon, name);
        JoinedGuest joined =
                new JoinedGuest(name, folder(folder, name), url(daemon), settings, token);
        daemon.awaitState(name, "ready");
        return joined;
    }

    private static Path folder(Path folder, String name) {
        return folder.resolve("guest-" + name);
    }

    /** Begins to join. */
    static JoinedGuest joining(TestDaemon daemon, String name, Path folder, String token)
            throws Exception {
        return new JoinedGuest(name, folder(folder, name), url(daemon), "", token);
    }

    static String token(TestDaemon daemon, String name) throws Exception {
        String made =
                daemon.post("/api/v1/enrollments", "{\"name\":\"%s\"}".formatted(name)).body();
        Matcher token = Pattern.compile("\"token\":\"([^\"]+)\"").matcher(made);
        assertThat(token.find()).as(made).isTrue();
        return token.group(1);
    }

    static String url(TestDaemon daemon) {
        AgentAddress.Tcp http = (AgentAddress.Tcp) daemon.daemon().addresses().getFirst();
        return "ws://127.0.0.1:" + http.port();
    }

    /** The same state, in another folder, without a token. */
    JoinedGuest copiedTo(Path folder) throws Exception {
        Path copy = Files.createDirectories(folder);
        Path identity = state.resolve("agent-identity.json");
        Files.copy(identity, copy.resolve("agent-identity.json"));
        return new JoinedGuest(name, copy, url, settings, "");
    }

    private Guest started(String more) throws Exception {
        String text =
                """
                {"join": "%s", "state_dir": "%s", %s "runtime": "echo", "drain": "0s"}
                """
                        .formatted(url, state, settings + more);
        return Guest.start(
                Settings.read(List.of(Layer.text("guest", text)), GuestSettings::read).value(),
                Systemd.ABSENT);
    }

    /** Ends the process of the guest, and starts another one without a token. */
    void restart() throws Exception {
        guest.close();
        guest = started("");
    }

    String name() {
        return name;
    }

    Path state() {
        return state;
    }

    @Override
    public void close() {
        guest.close();
    }
}
