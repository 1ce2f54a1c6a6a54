package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.Target;
import dev.culvert.daemon.client.doctor.Site;
import dev.culvert.daemon.client.host.DaemonAnswers;
import dev.culvert.daemon.client.host.DaemonFile;
import dev.culvert.daemon.client.host.Host;
import dev.culvert.daemon.client.host.Reply;
import dev.culvert.daemon.client.host.ThisHost;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.http.Response;
import dev.culvert.daemon.client.http.UnreachableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The daemon of the session, and the machine on which the command runs. */
record LocalDaemon(Target found, Api api) implements DaemonAnswers {
    @Override
    public String target() {
        return found.server().toString();
    }

    @Override
    public Reply send(String method, String path) throws IOException {
        Request request = new Request(method, path, Map.of(), "", Optional.empty());
        try (Response response = api.send(request)) {
            return new Reply(response.status(), response.text());
        } catch (UnreachableException e) {
            throw new IOException(e.getMessage() + found.alsoTried(), e);
        }
    }

    /**
     * The machine, its settings and the daemon.
     *
     * @param config the settings file, unless it is where the daemon looks for it
     */
    static Site site(Session session, @Nullable Path config) {
        Host host = new ThisHost(session.around().environment());
        Optional<String> named =
                Optional.ofNullable(config).map(it -> it.toAbsolutePath().toString());
        return new Site(host, DaemonFile.find(host, named), answers(session), Clock.systemUTC());
    }

    /** Wrong options are a finding, too. */
    private static DaemonAnswers answers(Session session) {
        try {
            Target found = session.target();
            return new LocalDaemon(found, found.api(session.options()));
        } catch (IOException e) {
            return DaemonAnswers.absent(String.valueOf(e.getMessage()));
        }
    }
}
