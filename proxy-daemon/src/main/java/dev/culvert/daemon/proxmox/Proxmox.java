package dev.culvert.daemon.proxmox;

import dev.culvert.checks.AddressRule;
import dev.culvert.daemon.config.ProxmoxSettings;
import dev.culvert.daemon.outgoing.KeptConnections;
import dev.culvert.daemon.outgoing.OutgoingAnswer;
import dev.culvert.daemon.outgoing.OutgoingCall;
import dev.culvert.daemon.outgoing.OutgoingCalls;
import dev.culvert.daemon.outgoing.OutgoingCalls.Door;
import dev.culvert.daemon.outgoing.OutgoingFailure;
import dev.culvert.daemon.outgoing.OutgoingListener;
import dev.culvert.daemon.outgoing.OutgoingRequest;
import dev.culvert.daemon.outgoing.TrustedAuthorities;
import dev.culvert.daemon.proxmox.ProxmoxException.Kind;
import dev.culvert.io.Quoted;
import dev.culvert.settings.LiveSecret;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/** One server of the settings. Blocks, so it is not for event loops; safe for all other threads. */
public final class Proxmox {
    private static final String API = "/api2/json";

    /** Beyond the timeout of the request, which the event loop watches. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    /** What makes requests, and on which loop. */
    public record Net(
            OutgoingCalls calls, TrustedAuthorities authorities, Supplier<EventLoop> loops) {}

    private record Outcome(Optional<OutgoingAnswer> answer, Optional<OutgoingFailure> failure) {}

    private final ProxmoxSettings settings;
    private final Net net;
    private final OwnNode own;
    private final LiveSecret secret;

    /** Of each node, for what only reads. */
    private final Map<URI, KeptConnections> kept = new ConcurrentHashMap<>();

    /** Which of the nodes answered last. */
    private volatile int answers;

    /** Of other nodes of the cluster, as a node that is trusted has told them. */
    private volatile Set<String> learnt = Set.of();

    public Proxmox(ProxmoxSettings settings, Net net) {
        this(settings, net, new OwnNode());
    }

    Proxmox(ProxmoxSettings settings, Net net, OwnNode own) {
        this.settings = settings;
        this.net = net;
        this.own = own;
        secret = new LiveSecret(settings.tokenSecret(), System.getenv());
    }

    public String name() {
        return settings.name();
    }

    public ProxmoxSettings settings() {
        return settings;
    }

    /** Reads something. */
    public ProxmoxAnswer get(String path) throws ProxmoxException {
        return call(HttpMethod.GET, path, Map.of());
    }

    /**
     * Makes a request, and waits for its answer.
     *
     * @param path below {@code /api2/json}, with a slash in front; see {@link #segment}
     * @param parameters in Proxmox's own names
     */
    public ProxmoxAnswer call(HttpMethod method, String path, Map<String, String> parameters)
            throws ProxmoxException {
        List<URI> nodes = nodes();
        int first = answers;
        ProxmoxException away = null;
        for (int i = 0; i < nodes.size(); i++) {
            int which = (first + i) % nodes.size();
            try {
                ProxmoxAnswer answer = call(nodes.get(which), method, path, parameters);
                answers = which;
                return answer;
            } catch (ProxmoxException e) {
                if (e.kind() != Kind.AWAY || e.mayBeDone()) {
                    throw e;
                }
                away = away == null ? e : away;
            }
        }
        throw away == null ? stopping(false) : away;
    }

    private List<URI> nodes() {
        List<URI> nodes = new ArrayList<>();
        nodes.add(settings.url());
        nodes.addAll(settings.otherUrls());
        return nodes;
    }

    /**
     * Trusts these certificates, too, if any is pinned: those of the other nodes of the cluster.
     *
     * @param fingerprints as a node of the cluster has told them
     */
    public void learn(Set<String> fingerprints) {
        learnt = Set.copyOf(fingerprints);
    }

    private Set<String> trusted(URI node) {
        Set<String> trusted = new HashSet<>(settings.fingerprints());
        if (trusted.isEmpty()) {
            trusted.addAll(own.fingerprints(node));
        }
        if (!trusted.isEmpty() || !node.equals(settings.url())) {
            trusted.addAll(learnt);
        }
        return trusted;
    }

    private ProxmoxAnswer call(
            URI node, HttpMethod method, String path, Map<String, String> parameters)
            throws ProxmoxException {
        PinnedTrust trust = new PinnedTrust(trusted(node));
        OutgoingRequest request = request(node, method, path, parameters);
        boolean isChange = !method.equals(HttpMethod.GET);
        Door door =
                new Door(
                        tls(trust),
                        AddressRule.ANY, // the settings name the server
                        kept.computeIfAbsent(node, _ -> new KeptConnections()));
        Outcome outcome = await(request, door, isChange);
        if (outcome.failure().isPresent()) {
            throw failed(node, outcome.failure().get(), trust.refused(), isChange);
        }
        OutgoingAnswer answer = outcome.answer().orElseThrow();
        if (!answer.isSuccess()) {
            throw Refusal.of(settings, answer, isChange);
        }
        return read(answer, isChange);
    }

    /** A part of a path, with everything escaped that means more in one. */
    public static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private OutgoingRequest request(
            URI node, HttpMethod method, String path, Map<String, String> parameters)
            throws ProxmoxException {
        String form =
                parameters.entrySet().stream()
                        .map(it -> encoded(it.getKey()) + "=" + encoded(it.getValue()))
                        .collect(Collectors.joining("&"));
        boolean isInTheQuery = method.equals(HttpMethod.GET) || method.equals(HttpMethod.DELETE);
        String target = API + path + (isInTheQuery && !form.isEmpty() ? "?" + form : "");
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("authorization", "PVEAPIToken=" + settings.tokenId() + "=" + token());
        headers.put("accept", "application/json");
        if (!isInTheQuery) {
            headers.put("content-type", "application/x-www-form-urlencoded");
        }
        return new OutgoingRequest(
                method,
                URI.create(node + target),
                headers,
                isInTheQuery ? "" : form,
                settings.timeout(),
                settings.maxAnswerBytes());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private String token() throws ProxmoxException {
        try {
            return secret.text().reveal();
        } catch (IOException e) {
            throw new ProxmoxException(
                    Kind.LOGIN, name(), "the secret of its token cannot be had", Quoted.message(e));
        }
    }

    /* A context for each call: sessions are not resumed, so that a connection shows its certificate. */
    private SslContext tls(PinnedTrust trust) throws ProxmoxException {
        try {
            if (settings.ca().isPresent()) {
                return net.authorities().of(settings.ca());
            }
            return SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .endpointIdentificationAlgorithm("") // the fingerprint says who it is
                    .trustManager(trust)
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new ProxmoxException(
                    Kind.CERTIFICATE,
                    name(),
                    "its authority cannot be used",
                    Quoted.message(e) + " (proxmox.ca)");
        }
    }

    private Outcome await(OutgoingRequest request, Door door, boolean isChange)
            throws ProxmoxException {
        CompletableFuture<Outcome> done = new CompletableFuture<>();
        OutgoingCall call;
        try {
            call = net.calls().begin(net.loops().get(), request, door, listener(done));
        } catch (RejectedExecutionException _) {
            throw stopping(false);
        }
        try {
            return done.get(settings.timeout().plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            call.cancel();
            Thread.currentThread().interrupt();
            throw stopping(isChange);
        } catch (TimeoutException | ExecutionException _) {
            call.cancel();
            throw stopping(isChange);
        }
    }

    private ProxmoxException stopping(boolean mayBeDone) {
        return new ProxmoxException(
                Kind.AWAY,
                name(),
                "the daemon stops",
                "try again when it runs",
                mayBeDone,
                Map.of(),
                null);
    }

    private static OutgoingListener listener(CompletableFuture<Outcome> done) {
        return new OutgoingListener() {
            @Override
            public void onAnswer(OutgoingAnswer answer) {
                done.complete(new Outcome(Optional.of(answer), Optional.empty()));
            }

            @Override
            public void onFailed(OutgoingFailure failure) {
                done.complete(new Outcome(Optional.empty(), Optional.of(failure)));
            }
        };
    }

    private ProxmoxException failed(
            URI node, OutgoingFailure failure, String refused, boolean isChange) {
        if (!refused.isEmpty()) {
            boolean isFirst = settings.fingerprints().isEmpty();
            return new ProxmoxException(
                    Kind.CERTIFICATE,
                    name(),
                    "the certificate of %s has the SHA-256 fingerprint %s, which %s"
                            .formatted(
                                    node,
                                    refused,
                                    isFirst
                                            ? "nothing here trusts yet"
                                            : "is not the one that is pinned"),
                    (isFirst
                            ? "compare it with what 'pvenode cert info' shows on the node, and if"
                                    + " it is the same, put it into proxmox.fingerprints"
                            : "if the certificate was renewed, compare it with what 'pvenode cert"
                                    + " info' shows on the node and change proxmox.fingerprints; else"
                                    + " somebody stands between"));
        }
        boolean isTls = failure.sentence().contains("TLS failed");
        return new ProxmoxException(
                isTls ? Kind.CERTIFICATE : Kind.AWAY,
                name(),
                failure.sentence(),
                isTls
                        ? "see whether the file of proxmox.ca signed it for the name in"
                                + " proxmox.url, or pin its fingerprint instead"
                        : "see whether pveproxy runs there and the firewall lets this host in (port"
                                + " "
                                + node.getPort()
                                + ")",
                isChange && failure.mayBeDone(),
                Map.of(),
                null);
    }

    private ProxmoxAnswer read(OutgoingAnswer answer, boolean isChange) throws ProxmoxException {
        String why = "it is longer than " + settings.maxAnswerBytes() + " bytes";
        if (!answer.isCut()) {
            try {
                return new ProxmoxAnswer(AnswerReader.data(AnswerReader.read(answer.body())));
            } catch (IOException e) {
                why = Quoted.message(e);
            }
        }
        throw new ProxmoxException(
                Kind.FAILED,
                name(),
                "its answer cannot be read: " + why,
                answer.isCut()
                        ? "raise proxmox.max_answer_bytes"
                        : "see whether proxmox.url leads to Proxmox and not to a proxy before it",
                isChange,
                Map.of(),
                null);
    }

    @Override
    public String toString() {
        return settings.toString();
    }
}
