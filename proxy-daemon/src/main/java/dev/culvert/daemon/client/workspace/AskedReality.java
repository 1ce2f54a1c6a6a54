package dev.culvert.daemon.client.workspace;

import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.ProblemException;
import dev.culvert.infra.GuestId;
import dev.culvert.infra.Observed;
import dev.culvert.infra.Reality;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** What the daemon's inventory has, by its HTTP interface. */
public record AskedReality(Api api) implements Reality {
    private static final int NOT_FOUND = 404;

    /** How many guests are asked about at once. */
    private static final int AT_ONCE = 8;

    @Override
    public List<Value> all() throws IOException {
        return Session.pages(api, GUESTS, "", "guests");
    }

    @Override
    public List<String> servers() throws IOException {
        return api.get(INVENTORY + "/servers").at("servers").list().stream()
                .map(it -> it.text("name"))
                .toList();
    }

    @Override
    public List<Value> nodes() throws IOException {
        return api.get(INVENTORY + "/nodes").at("nodes").list();
    }

    @Override
    public List<Value> storages() throws IOException {
        return api.get(INVENTORY + "/storages").at("storages").list();
    }

    @Override
    public Optional<Observed> guest(GuestId id) throws IOException {
        try {
            Value answer = api.get(id.path());
            if (answer.text("live").equals("false")) {
                throw new IOException(
                        "the server %s is away, so nobody knows how %s is now: %s"
                                .formatted(id.server(), id, Quoted.sentence(answer.text("error"))));
            }
            return Optional.of(Observed.of(answer));
        } catch (ProblemException e) {
            if (e.status() == NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public Map<GuestId, Observed> guests(Collection<GuestId> ids) throws IOException {
        Map<GuestId, Observed> found = new TreeMap<>();
        Semaphore room = new Semaphore(AT_ONCE);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<Observed>>> answers = new ArrayList<>();
            for (GuestId id : ids) {
                answers.add(
                        threads.submit(() -> {
                            room.acquire();
                            try {
                                return guest(id);
                            } finally {
                                room.release();
                            }
                        }));
            }
            for (Future<Optional<Observed>> answer : answers) {
                answer.get().ifPresent(it -> found.put(it.id(), it));
            }
            return found;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the inventory was read", e);
        }
    }
}
