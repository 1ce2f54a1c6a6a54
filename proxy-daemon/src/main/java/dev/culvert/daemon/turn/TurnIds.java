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

/** Makes ids of turns that nobody can guess, and tells from an id alone whose turn it is. */
/*
 * The form is AGENT.TOKEN. TOKEN is 9 bytes, random or from the client's key, and 9 bytes that prove that this key made
 * the id for this agent and tenant. Each part has 72 bits, too many to try through a daemon, and both together are 24
 * characters of Base64 without padding.
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

    /** With a key that is lost when the process ends, and every id with it. */
    public static TurnIds ofThisProcess() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return new TurnIds(key);
    }

    /** With a stored key: ids that were made with it stay valid after a restart. */
    public static TurnIds of(byte[] key) {
        return new TurnIds(key.clone());
    }

    /**
     * A new id for a turn that nobody can come back to. No client is told it, and {@link #isOf}
     * accepts it from nobody.
     */
    public String unaddressed(Agent agent) {
        return unaddressed.get().next(agent);
    }

    /** The ids of one thread: random bytes and a counter, without a proof. */
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

        /** Written by hand because each message needs one: it makes no object but the text. */
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

    /** A new id. */
    public String mint(Agent agent) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        return mint(agent, nonce);
    }

    /** The id of the turn that this Idempotency-Key stands for, the same each time. */
    public String mint(Agent agent, String idempotencyKey) {
        byte[] hash = hash("key", agent, idempotencyKey.getBytes(UTF_8));
        return mint(agent, Arrays.copyOf(hash, NONCE_BYTES));
    }

    private String mint(Agent agent, byte[] nonce) {
        byte[] token = Arrays.copyOf(nonce, NONCE_BYTES + PROOF_BYTES);
        System.arraycopy(hash("turn", agent, nonce), 0, token, NONCE_BYTES, PROOF_BYTES);
        return id(agent, token);
    }

    /**
     * A secret that belongs to the turn, the same each time. Nobody can tell it from the id.
     *
     * @param purpose for which it is; another purpose has another secret
     */
    public String secret(Agent agent, String turn, String purpose) {
        byte[] hash = hash(purpose, agent, turn.getBytes(UTF_8));
        return Base64.getUrlEncoder()
                .encodeToString(Arrays.copyOf(hash, NONCE_BYTES + PROOF_BYTES));
    }

    /** The agent that {@code id} names, without a proof; null if it is not an id of a turn. */
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
        // In constant time, so that nobody can measure how much of a guess is right.
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
