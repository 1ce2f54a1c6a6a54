package dev.culvert.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.auth.Caller;
import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.SecretHash;
import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.continuations.Continuation;
import dev.culvert.daemon.continuations.ContinuationStore;
import dev.culvert.daemon.enrol.AgentIdentity;
import dev.culvert.daemon.enrol.AgentIdentity.Joined;
import dev.culvert.daemon.enrol.AgentIdentity.Keys;
import dev.culvert.daemon.enrol.Enrolment;
import dev.culvert.daemon.enrol.Enrolment.Claim;
import dev.culvert.daemon.fleet.Desired;
import dev.culvert.daemon.operations.PastRun;
import dev.culvert.daemon.operations.Run;
import dev.culvert.daemon.state.StateDir;
import dev.culvert.daemon.state.Stores;
import dev.culvert.identity.AgentKey;
import dev.culvert.identity.Joining;
import dev.culvert.transport.AgentAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A program that changes everything that a {@code state_dir} keeps until it is killed. Each of its
 * threads counts in each store, and prints each number after the store has taken it.
 */
final class StoreWriter {
    static final int THREADS = 4;
    static final List<String> STORES =
            List.of(
                    "tokens",
                    "desired",
                    "agents",
                    "seen",
                    "runs",
                    "enrolments",
                    "identities",
                    "responses",
                    "continuations");

    private static final String SETTINGS = "{}";
    private static final AgentKey KEY = new AgentKey("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");

    private StoreWriter() {}

    public static void main(String[] arguments) throws IOException {
        Stores stores =
                StateDir.open(Optional.of(Path.of(arguments[0])))
                        .stores(() -> System.err.println("the store failed"));
        Map<String, Map<Integer, Long>> before = read(stores);
        for (int thread = 0; thread < THREADS; thread++) {
            int number = thread;
            Thread.ofPlatform().start(() -> write(stores, number, before));
        }
    }

    private static void write(Stores stores, int thread, Map<String, Map<Integer, Long>> before) {
        long count = 0;
        for (Map<Integer, Long> numbers : before.values()) {
            count = Math.max(count, numbers.getOrDefault(thread, 0L));
        }
        try {
            while (true) {
                count++;
                for (String store : STORES) {
                    put(stores, store, thread, count);
                    System.out.println(store + " " + thread + " " + count);
                }
            }
        } catch (IOException e) {
            System.err.println(e.getMessage());
            Runtime.getRuntime().halt(1);
        }
    }

    private static void put(Stores stores, String store, int thread, long count)
            throws IOException {
        String name = "t" + thread;
        switch (store) {
            case "tokens" ->
                    stores.tokens()
                            .change(all -> {
                                List<Token> after = new ArrayList<>(all);
                                after.removeIf(token -> token.id().equals(name));
                                after.add(token(name, count));
                                return after;
                            });
            case "desired" ->
                    stores.desired()
                            .save(name, SETTINGS, new Desired(count, "{\"n\":" + count + "}"));
            case "agents" -> stores.agents().save(agent(name, count));
            case "seen" ->
                    stores.seen().save(Map.of(name, Instant.ofEpochSecond(count)), List.of());
            case "runs" -> stores.runs().save(List.of(run(name, count)), List.of());
            case "enrolments" -> stores.enrolments().save(enrolment(name, count));
            case "identities" -> stores.identities().save(identity(name, count));
            case "responses" ->
                    stores.responses().save(Map.of(name, response(name, count)), List.of());
            case "continuations" -> {
                // What is acknowledged is that it was used.
                stores.continuations().save(continuation(name, count));
                stores.continuations().use(name + "/" + count, "me");
                stores.continuations().delete(List.of(name + "/" + (count - 1)));
            }
            default -> throw new IllegalArgumentException(store);
        }
    }

    private static Token token(String name, long count) {
        return new Token(
                name,
                new Grant(name, null, Set.of(), Set.of("admin"), Grant.Limits.NONE),
                new SecretHash("0".repeat(64)),
                Instant.EPOCH,
                null,
                Instant.ofEpochSecond(count),
                null);
    }

    private static Enrolment enrolment(String name, long count) {
        Claim claim = new Claim(name, KEY, Instant.ofEpochSecond(count), Instant.EPOCH);
        SecretHash token = SecretHash.of(name + count);
        return new Enrolment(name, token, "", "default", name, Instant.EPOCH, Instant.EPOCH, claim);
    }

    /** Its facts are in another table than the rest. */
    private static AgentIdentity identity(String name, long count) {
        Instant time = Instant.ofEpochSecond(count);
        return new AgentIdentity(
                name,
                "default",
                "",
                Instant.EPOCH,
                new Keys(KEY, Instant.EPOCH, null),
                new Joined(new Joining(count, name, ""), time),
                Map.of("count", String.valueOf(count), "name", name),
                null);
    }

    /** Takes several pages of the database. */
    private static byte[] response(String name, long count) {
        String line = name + " " + count + "\n";
        return line.repeat(2_000).getBytes(UTF_8);
    }

    private static Continuation continuation(String name, long count) {
        byte[] content = response(name, count);
        String hash = name + "/" + count;
        return new Continuation(hash, name, "", "", name, Instant.EPOCH, null, content);
    }

    /** Its lines are in another table than the rest. */
    private static PastRun run(String name, long count) {
        return new PastRun(
                name,
                "reload",
                "/",
                new PastRun.By(name, Caller.Kind.TOKEN, null),
                "",
                Instant.EPOCH,
                0,
                0,
                List.of(String.valueOf(count), "of", name),
                new Run.End(200, count, 0, null));
    }

    /** Its tools are in another table than the rest. */
    private static AgentSettings agent(String name, long count) {
        return new AgentSettings(
                name,
                "default",
                AgentAddress.parse("tcp://127.0.0.1:1"),
                Optional.of("{\"n\":" + count + "}"),
                List.of(String.valueOf(count), "of", name));
    }

    /**
     * The number that each thread has in each store.
     *
     * @throws AssertionError when what belongs together is not together
     */
    static Map<String, Map<Integer, Long>> read(Stores stores) throws IOException {
        Map<String, Map<Integer, Long>> found = new HashMap<>();
        STORES.forEach(store -> found.put(store, new HashMap<>()));
        for (Token token : stores.tokens().read()) {
            Instant revoked = token.revoked();
            add(found, "tokens", token.id(), revoked == null ? 0 : revoked.getEpochSecond());
        }
        for (AgentSettings agent : stores.agents().read()) {
            long count = Long.parseLong(agent.toolAllowlist().getFirst());
            isWhole(agent.equals(agent(agent.id(), count)), agent);
            add(found, "agents", agent.id(), count);
        }
        for (PastRun run : stores.runs().read()) {
            isWhole(run.equals(run(run.id(), run.end().nanos())), run);
            add(found, "runs", run.id(), run.end().nanos());
        }
        for (ContinuationStore.Head head : stores.continuations().heads(0)) {
            Continuation begin = head.begin();
            String name = begin.turn();
            long count = Long.parseLong(begin.hash().substring(name.length() + 1));
            Continuation it = stores.continuations().find(begin.hash());
            isWhole(it != null && Arrays.equals(it.content(), response(name, count)), begin);
            if (begin.used() != null && count > numberOf(found, "continuations", name)) {
                add(found, "continuations", name, count);
            }
        }
        for (Enrolment enrolment : stores.enrolments().read()) {
            Claim claim = enrolment.claim();
            long count = claim == null ? 0 : claim.since().getEpochSecond();
            isWhole(enrolment.equals(enrolment(enrolment.id(), count)), enrolment);
            add(found, "enrolments", enrolment.id(), count);
        }
        for (AgentIdentity identity : stores.identities().read()) {
            Joined joined = identity.joined();
            long count = joined == null ? 0 : joined.joining().counter();
            isWhole(identity.equals(identity(identity.agentId(), count)), identity);
            add(found, "identities", identity.agentId(), count);
        }
        stores.responses()
                .load((id, bytes) -> {
                    String text = new String(bytes, UTF_8);
                    long count =
                            Long.parseLong(text.substring(id.length() + 1, text.indexOf('\n')));
                    isWhole(Arrays.equals(bytes, response(id, count)), id);
                    add(found, "responses", id, count);
                });
        for (Map.Entry<String, Instant> entry : stores.seen().read().entrySet()) {
            add(found, "seen", entry.getKey(), entry.getValue().getEpochSecond());
        }
        for (int thread = 0; thread < THREADS; thread++) {
            Desired desired = stores.desired().load("t" + thread, SETTINGS);
            if (desired != null) {
                isWhole(desired.payload().equals("{\"n\":" + desired.revision() + "}"), desired);
                add(found, "desired", "t" + thread, desired.revision());
            }
        }
        return found;
    }

    private static void isWhole(boolean it, Object what) {
        if (!it) {
            throw new AssertionError("half of a change is there: " + what);
        }
    }

    private static long numberOf(Map<String, Map<Integer, Long>> found, String store, String name) {
        return found.getOrDefault(store, Map.of())
                .getOrDefault(Integer.parseInt(name.substring(1)), 0L);
    }

    private static void add(
            Map<String, Map<Integer, Long>> found, String store, String name, long count) {
        Map<Integer, Long> numbers = found.get(store);
        if (numbers != null) {
            numbers.put(Integer.parseInt(name.substring(1)), count);
        }
    }
}
