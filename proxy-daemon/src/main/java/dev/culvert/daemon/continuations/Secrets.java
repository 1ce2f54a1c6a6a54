package dev.culvert.daemon.continuations;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.fleet.Agent;
import dev.culvert.daemon.turn.TurnIds;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What clients go on with: of one turn always the same, so that it can be told again. */
final class Secrets {
    private static final String PREFIX = "ct_";

    private Secrets() {}

    static String of(TurnIds ids, Agent agent, String turn) {
        return PREFIX + ids.secret(agent, turn, "continuation");
    }

    /** What is stored instead: nobody can go on with it. */
    static String hash(String secret) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(secret.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
