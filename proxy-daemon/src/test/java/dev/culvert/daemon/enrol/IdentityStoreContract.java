package dev.culvert.daemon.enrol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.enrol.AgentIdentity.Joined;
import dev.culvert.daemon.enrol.AgentIdentity.Keys;
import dev.culvert.identity.AgentKey;
import dev.culvert.identity.Joining;
import dev.culvert.identity.SigningKey;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every store of identities does. */
public interface IdentityStoreContract {
    Instant NOW = Instant.parse("2026-11-29T18:00:00.123Z");

    /** Has a value in each place where one may be missing. */
    AgentIdentity WHOLE =
            new AgentIdentity(
                    "web",
                    "acme",
                    "parent",
                    NOW,
                    new Keys(
                            new AgentKey("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
                            NOW,
                            new AgentKey("AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")),
                    new Joined(new Joining(7, "instance", "generation"), NOW),
                    Map.of("host", "build"),
                    NOW.plusSeconds(9));

    /** An empty store, or the same one again as a later process opens it. */
    IdentityStore open() throws IOException;

    static AgentIdentity identity(String agentId) {
        Keys keys = new Keys(SigningKey.make().open(), NOW, null);
        return new AgentIdentity(agentId, "acme", "", NOW, keys, null, Map.of(), null);
    }

    @Test
    default void isEmptyAtFirst() throws IOException {
        assertThat(open().read()).isEmpty();
    }

    @Test
    default void keepsAllThatItIsGiven() throws IOException {
        AgentIdentity least = identity("a.b-c_D");
        Keys keys = new Keys(SigningKey.make().open(), NOW, SigningKey.make().open());
        Joined joined = new Joined(new Joining((1L << 53) - 1, "instance", "generation"), NOW);
        Map<String, String> facts = Map.of("host \"name\"", "build \\ \u00e4");
        AgentIdentity most =
                new AgentIdentity(
                        "child", "acme", "parent", NOW, keys, joined, facts, NOW.plusSeconds(9));
        IdentityStore store = open();

        store.save(least);
        store.save(most);

        assertThat(store.read()).containsExactlyInAnyOrder(least, most);
        if (store.isKept()) {
            assertThat(open().read()).containsExactlyInAnyOrder(least, most);
        }
    }

    @Test
    default void replacesThatOfItsAgent() throws IOException {
        IdentityStore store = open();
        AgentIdentity first = identity("web");
        store.save(first);
        AgentIdentity revoked = first.revokedAt(NOW);

        store.save(revoked);

        assertThat(store.read()).containsExactly(revoked);
    }

    @Test
    default void deletesOneAndNoOther() throws IOException {
        IdentityStore store = open();
        AgentIdentity stays = identity("web");
        store.save(stays);
        store.save(identity("db"));

        store.delete("db");
        store.delete("nobody");

        assertThat(store.read()).containsExactly(stays);
    }
}
