package dev.culvert.daemon;

import dev.culvert.daemon.auth.Callers;
import dev.culvert.daemon.config.DaemonSettings;
import dev.culvert.daemon.http.pipeline.HttpPipeline;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The two ways in, one for clients and one for operators. Each has its sockets and its limit of
 * connections, so clients who take every connection do not lock operators out.
 */
final class Servers implements AutoCloseable {
    private final Listeners clients;
    private final AdminListener operators;
    private final HttpPipeline forClients;
    private final HttpPipeline forOperators;

    /** Reached by nobody until they are opened. */
    Servers(
            Listeners clients,
            HttpPipeline forClients,
            AdminListener operators,
            HttpPipeline forOperators) {
        this.clients = clients;
        this.operators = operators;
        this.forClients = forClients;
        this.forOperators = forOperators;
    }

    /**
     * Opens the sockets.
     *
     * @param callers of the clients: without credentials some addresses are refused
     * @throws IOException one sentence, when one of them cannot or must not be used
     */
    void open(DaemonSettings settings, Callers callers) throws IOException {
        clients.open(settings.http(), callers, forClients);
        operators.open(settings.admin(), forOperators);
    }

    /** Takes other settings for connections to come. Blocks. */
    void use(DaemonSettings next) {
        forClients.use(next.http());
        clients.use(next.http());
        forOperators.use(next.admin().http(next.http()));
    }

    List<AgentAddress> addresses() {
        return clients.addresses();
    }

    List<AgentAddress> adminAddresses() {
        return operators.addresses();
    }

    /** As {@link Listeners#handOver}. */
    void handOver() {
        clients.handOver();
    }

    /**
     * As {@link HttpPipeline#drain}, of both. Operators may still ask, once on a connection.
     *
     * @param others that are drained, too
     */
    CompletableFuture<Void> drain(CompletionStage<Void> others) {
        return CompletableFuture.allOf(
                others.toCompletableFuture(),
                forClients.drain().toCompletableFuture(),
                forOperators.drain().toCompletableFuture());
    }

    @Override
    public void close() {
        clients.close();
        operators.close();
    }
}
