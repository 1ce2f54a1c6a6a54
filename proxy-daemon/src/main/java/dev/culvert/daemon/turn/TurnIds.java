package dev.culvert.daemon.turn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.fleet.Agent;
import io.netty.util.concurrent.FastThreadLocal;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Makes the ids of turns, which cannot be guessed, and tells whose a turn is by its id alone. */
/*
 * AGENT.TOKEN, where TOKEN is 9 bytes by chance, or of the client's key, and 9 bytes that prove that
 * whoever holds this key made them for this agent and tenant. Each is 72 bits, which nobody can try
 * through a daemon, and together they are 24 characters without padding.
 */
public final class TurnIds {
    private static final String ALGORITHM = "HmacSHA256";
    public static final int KEY_BYTES = 32;

    private static final int NONCE_BYTES = 9;
    private static final int PROOF_BYTES = 9;
    private static final char SEPARATOR = '.';
    private static final byte[] DIGITS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(ISO_8859_1);

    private final SecureRandom random = new SecureRandom();
    private final FastThreadLocal<Mac> mac;
    private final FastThreadLocal<Row> unaddressed =
            new FastThreadLocal<>() {
                @Override
                protected Row initialValue() {
                    return new Row();
                }
            };

    private TurnIds(byte[] key) {
        SecretKeySpec spec = new SecretKeySpec(key, ALGORITHM);
        mac =
                new FastThreadLocal<>() {
                    @Override
                    protected Mac initialValue() throws GeneralSecurityException {
                        Mac fresh = Mac.getInstance(ALGORITHM);
                        fresh.init(spec);
                        return fresh;
                    }
                };
    }

    /** With a key that ends with the process, and every id with it. */
    public static TurnIds ofThisProcess() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return new TurnIds(key);
    }

    /** With a key that outlives the process: ids that were made with it stay valid. */
    public static TurnIds of(byte[] key) {
        return new TurnIds(key.clone());
    }

    /**
     * An id that no other turn has, for one that nobody can come back to: no client is told it, and
     * none that guesses it is believed.
     */
    public String unaddressed(Agent agent) {
        return unaddressed.get().next(agent);
    }

    /** Ids of one thread: what it has by chance, and a number. They prove nothing. */
    private final class Row {
        private static final int NUMBER_DIGITS = 11; // of 6 bits each

        private final byte[] token;
        private byte[] id = {};
        private long number;

        Row() {
            byte[] chance = new byte[NONCE_BYTES + PROOF_BYTES];
            random.nextBytes(chance);
            token = Base64.getUrlEncoder().encode(chance);
        }

        /** By hand, for each message has one: no object but the text. */
        String next(Agent agent) {
            String name = agent.id();
            int length = name.length() + 1 + token.length;
            if (id.length < length) {
                id = new byte[length];
            }
            for (int i = 0; i < name.length(); i++) {
                id[i] = (byte) name.charAt(i);
            }
            id[name.length()] = SEPARATOR;
            long left = number++;
            for (int i = 1; i <= NUMBER_DIGITS; i++) {
                token[token.length - i] = DIGITS[(int) (left & (DIGITS.length - 1))];
                left >>>= 6;
            }
            System.arraycopy(token, 0, id, name.length() + 1, token.length);
            return new String(id, 0, length, ISO_8859_1);
        }
    }

    private static String id(Agent agent, byte[] token) {
        return agent.id() + SEPARATOR + Base64.getUrlEncoder().encodeToString(token);
    }

    /** An id that no other turn has. */
    public String mint(Agent agent) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        return mint(agent, nonce);
    }

    /** The id of the turn that this client's key stands for: the same one each time. */
    public String mint(Agent agent, String idempotencyKey) {
        byte[] hash = hash("key", agent, idempotencyKey.getBytes(UTF_8));
        return mint(agent, Arrays.copyOf(hash, NONCE_BYTES));
    }

    private String mint(Agent agent, byte[] nonce) {
        byte[] token = Arrays.copyOf(nonce, NONCE_BYTES + PROOF_BYTES);
        System.arraycopy(hash("turn", agent, nonce), 0, token, NONCE_BYTES, PROOF_BYTES);
        return id(agent, token);
    }

    /** Of which agent {@code id} says that it is; null where it is no id of a turn. */
    static @Nullable String agentOf(String id) {
        int end = id.lastIndexOf(SEPARATOR);
        return end <= 0 ? null : id.substring(0, end);
    }

    /** Whether the id was made with this key for that agent and its tenant. */
    boolean isOf(Agent agent, String id) {
        byte[] token;
        try {
            token = Base64.getUrlDecoder().decode(id.substring(id.lastIndexOf(SEPARATOR) + 1));
        } catch (IllegalArgumentException _) {
            return false;
        }
        // In constant time: how far a guess is right must not be measurable.
        return token.length == NONCE_BYTES + PROOF_BYTES
                && MessageDigest.isEqual(
                        id.getBytes(UTF_8),
                        mint(agent, Arrays.copyOf(token, NONCE_BYTES)).getBytes(UTF_8));
    }

    private byte[] hash(String purpose, Agent agent, byte[] bytes) {
        Mac here = mac.get();
        here.update((purpose + '\0' + agent.id() + '\0' + agent.tenant() + '\0').getBytes(UTF_8));
        return here.doFinal(bytes);
    }
}
