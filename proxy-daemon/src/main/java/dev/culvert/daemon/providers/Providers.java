package dev.culvert.daemon.providers;

import dev.culvert.daemon.config.ProviderKind;
import dev.culvert.daemon.config.ProviderSettings;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import dev.culvert.transport.Transport;
import dev.culvert.upstream.UpstreamServer;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The providers of the settings that are in force, in their order. Safe for all threads. */
public final class Providers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Providers.class);

    private final Transport transport;
    private final Workers workers;
    private final Map<String, String> environment;
    private volatile List<Provider> all = List.of();

    /**
     * Has none until {@link #use}.
     *
     * @param workers read keys
     * @param environment of the daemon, where keys may be
     */
    public Providers(Transport transport, Workers workers, Map<String, String> environment) {
        this.transport = transport;
        this.workers = workers;
        this.environment = Map.copyOf(environment);
    }

    /** Takes these from now on; a request that runs goes on with its own. Blocks. */
    public synchronized void use(List<ProviderSettings> settings) {
        List<Provider> next = new ArrayList<>();
        List<Provider> former = new ArrayList<>(all);
        for (ProviderSettings of : settings) {
            Provider same =
                    former.stream()
                            .filter(it -> it.settings().equals(of) && it.server() != null)
                            .findFirst()
                            .orElse(null);
            next.add(same == null ? provider(of) : same);
            former.remove(same);
        }
        all = List.copyOf(next);
        for (Provider provider : former) {
            close(provider);
        }
    }

    private Provider provider(ProviderSettings of) {
        ProviderKey key =
                of.key().map(it -> new ProviderKey(it, environment, workers)).orElse(null);
        try {
            UpstreamServer server = new UpstreamServer(transport, of.url(), of.limits(), of.ca());
            return new Provider(of, server, "", key);
        } catch (IOException e) {
            LOG.error("the provider {} cannot be used: {}", of.name(), e.getMessage());
            return new Provider(of, null, String.valueOf(e.getMessage()), key);
        }
    }

    private static void close(Provider provider) {
        UpstreamServer server = provider.server();
        if (server != null) {
            server.close();
        }
    }

    /** Whether there are any. */
    public boolean areOff() {
        return all.isEmpty();
    }

    /**
     * Those that may be asked, in order.
     *
     * @param name of the only one; null for each of that kind
     * @param tenant of the caller; null for one of every tenant
     * @param model empty for a request that needs none
     * @throws ProblemException if there is none
     */
    List<Provider> find(
            ProviderKind kind, @Nullable String name, @Nullable String tenant, String model) {
        List<Provider> seen =
                all.stream()
                        .filter(it -> name == null || it.name().equals(name))
                        .filter(it -> it.isFor(tenant))
                        .toList();
        List<Provider> ofKind = seen.stream().filter(it -> it.settings().kind() == kind).toList();
        if (ofKind.isEmpty()) {
            throw none(kind, name, !seen.isEmpty());
        }
        List<Provider> allowing = ofKind.stream().filter(it -> it.allows(model)).toList();
        if (allowing.isEmpty() && !model.isEmpty()) {
            throw new ProblemException(
                    Problem.of(
                                    HttpResponseStatus.FORBIDDEN,
                                    "The model '%s' may not be used: name another one, or add it to \"models\" of a provider in the daemon's settings."
                                            .formatted(Quoted.word(model)))
                            .member("code", "model_not_allowed")
                            .member("param", "model"));
        }
        return model.isEmpty() ? ofKind : allowing;
    }

    private static ProblemException none(
            ProviderKind kind, @Nullable String name, boolean isThere) {
        String whose = kind == ProviderKind.OPENAI ? "OpenAI's" : "Anthropic's";
        String sentence;
        if (isThere) {
            sentence =
                    "The provider '%s' does not speak %s API: ask it in its own."
                            .formatted(Quoted.word(String.valueOf(name)), whose);
        } else if (name == null) {
            sentence =
                    "No provider speaks %s API: add one to \"providers\" in the daemon's settings."
                            .formatted(whose);
        } else {
            sentence =
                    "There is no provider '%s': \"providers\" in the daemon's settings lists them."
                            .formatted(Quoted.word(name));
        }
        return new ProblemException(
                Problem.of(HttpResponseStatus.NOT_FOUND, sentence)
                        .member("code", "provider_not_found"));
    }

    @Override
    public void close() {
        all.forEach(Providers::close);
    }
}
