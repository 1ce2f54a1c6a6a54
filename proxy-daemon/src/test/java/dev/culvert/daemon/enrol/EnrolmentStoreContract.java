package dev.culvert.daemon.enrol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.daemon.auth.SecretHash;
import dev.culvert.daemon.enrol.Enrolment.Claim;
import dev.culvert.identity.AgentKey;
import dev.culvert.identity.SigningKey;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What every store of enrolments does. */
public interface EnrolmentStoreContract {
    Instant NOW = Instant.parse("2026-11-29T18:00:00.123Z");

    /** Has a value in each place where one may be missing. */
    Enrolment WHOLE =
            enrolment("00000000000d", "web")
                    .claimed(
                            new Claim(
                                    "web",
                                    new AgentKey("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
                                    NOW,
                                    NOW.plusSeconds(1)));

    /** An empty store, or the same one again as a later process opens it. */
    EnrolmentStore open() throws IOException;

    static Enrolment enrolment(String id, String name) {
        return new Enrolment(
                id,
                SecretHash.of("secret of " + id),
                name,
                "acme",
                "anna \"a\" \\ \u00e4\n",
                NOW,
                NOW.plusSeconds(3_600),
                null);
    }

    @Test
    default void isEmptyAtFirst() throws IOException {
        assertThat(open().read()).isEmpty();
    }

    @Test
    default void keepsAllThatItIsGiven() throws IOException {
        Enrolment open = enrolment("00000000000a", "web");
        Claim claim = new Claim("build-7", SigningKey.make().open(), NOW, null);
        Enrolment claimed = enrolment("00000000000b", "").claimed(claim);
        Claim done = new Claim("build-8", SigningKey.make().open(), NOW, NOW.plusSeconds(1));
        Enrolment used = enrolment("00000000000c", "").claimed(done);
        EnrolmentStore store = open();

        store.save(open);
        store.save(claimed);
        store.save(used);

        assertThat(store.read()).containsExactlyInAnyOrder(open, claimed, used);
        if (store.isKept()) {
            assertThat(open().read()).containsExactlyInAnyOrder(open, claimed, used);
        }
    }

    @Test
    default void replacesTheOneOfItsId() throws IOException {
        EnrolmentStore store = open();
        store.save(enrolment("00000000000a", "web"));
        Claim claim = new Claim("web", SigningKey.make().open(), NOW, null);
        Enrolment claimed = enrolment("00000000000a", "web").claimed(claim);

        store.save(claimed);

        assertThat(store.read()).containsExactly(claimed);
    }

    @Test
    default void deletesOneAndNoOther() throws IOException {
        EnrolmentStore store = open();
        Enrolment stays = enrolment("00000000000a", "web");
        store.save(stays);
        store.save(enrolment("00000000000b", "db"));

        store.delete("00000000000b");
        store.delete("00000000000c");

        assertThat(store.read()).containsExactly(stays);
    }
}
